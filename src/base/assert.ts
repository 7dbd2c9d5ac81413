// Assertions that stay on in production: a broken invariant is our bug and ends with OPD1900, exit 70.
// They are for what cannot happen; what a peer, a file or a person can cause is an OpError of its own.

import { OpError } from "./error.ts";

/** Throws OPD1900 (kind `bug`) unless `condition` holds. `message` says the invariant, not the symptom. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new OpError("OPD1900", `invariant broken: ${message}`);
}
