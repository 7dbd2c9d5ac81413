// The one error of the product. A code (explained by `op-dbus explain`), what could not be done, where, what the
// machine's state is now, and one hint that is a command. The kind of a code decides the exit status: see codes.ts.
// Text is for people and may change; programs compare `code`.

import { CODES, EXITS, type Code, type Kind } from "./codes.ts";

/** A place in a file a person wrote. Lines and columns count from 1; columns count UTF-16 units. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One fault of a document, mapping or configuration: all of a file's faults are reported together. */
export interface Fault {
  readonly code: Code;
  readonly message: string;
  readonly at?: Position;
  /** The line of the file, for the snippet under the message. */
  readonly snippet?: string;
  /** The address (`plugin:resource/key.field`) the fault is about, where there is one. */
  readonly address?: string;
  /** One sentence or command that helps: the nearest name, the allowed values. */
  readonly hint?: string;
  /** For what is not as it should be: both values, as documents have them; `found` is absent where nothing is. */
  readonly differs?: { readonly wanted: unknown; readonly found?: unknown };
}

export interface ErrorDetail {
  /** File, address, bus name or object the error is about. */
  readonly where?: string;
  /** The state of the machine. Always given once a change began. */
  readonly now?: string;
  /** One command or sentence that helps. */
  readonly hint?: string;
  readonly faults?: readonly Fault[];
  readonly cause?: unknown;
}

export class OpError extends Error {
  readonly code: Code;
  readonly kind: Kind;
  readonly where: string | undefined;
  readonly now: string | undefined;
  readonly hint: string | undefined;
  readonly faults: readonly Fault[];

  constructor(code: Code, message: string, detail: ErrorDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.name = "OpError";
    this.code = code;
    this.kind = CODES[code].kind;
    this.where = detail.where;
    this.now = detail.now;
    this.hint = detail.hint;
    this.faults = detail.faults ?? [];
  }

  /** The process exit status of this error (house rule: one table for every command). */
  get exit(): number {
    return CODES[this.code].exit ?? EXITS[this.kind];
  }
}

/** Throws one error that carries all `faults` (at least one): the way every reader of a file reports. */
export function throwFaults(code: Code, message: string, faults: readonly Fault[]): never {
  throw new OpError(code, message, { faults });
}

/** The error as an OpError: anything foreign is wrapped as OPD1901 (our bug), keeping it as the cause. */
export function asOpError(error: unknown): OpError {
  if (error instanceof OpError) return error;
  const text = error instanceof Error ? error.message : String(error);
  return new OpError("OPD1901", `unexpected: ${text}`, { cause: error });
}
