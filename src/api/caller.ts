// Who asks an operation for something, where it is not this process: a client of the daemon. What only the caller knows
// is asked of it; what is done is recorded in its name.

import type { Actor } from "../state/state.ts";

export interface Caller {
  readonly actor: Actor;
  /** Values of these variables of its environment; those that are not set are absent. Documents name them as secrets:
   * they are kept for this caller alone and never logged. */
  variables(names: readonly string[]): Promise<Readonly<Record<string, string>>>;
}
