// What a probe of the machine says.

export interface Answer {
  readonly passed: boolean;
  /** One line. Nothing that a program printed. */
  readonly found: string;
}
