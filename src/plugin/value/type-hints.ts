// What is known of types besides the wire: a mapping's `types`, by the path of dict keys at which a value stands. Both
// directions ask here, so that what is shown by a hint is read by the same one.

import { readTypeForm, type BytesKind } from "./bytes-form.ts";

/** Type of the variant (or form of the bytes) at a path of dict keys: "u", "ay:path". Lists add nothing to the path. */
export type TypeAt = (path: readonly string[]) => string | undefined;

export interface Hints {
  readonly typeAt: TypeAt | undefined;
  readonly path: string[];
}

/** The hint for this place; null where there is none. */
export function hintHere({ typeAt, path }: Hints): ReturnType<typeof readTypeForm> {
  const text = typeAt?.(path);
  return text === undefined ? null : readTypeForm(text);
}

/** How bytes of this type ("ay", "aay") are shown here; null = as {"$ay"}. */
export function bytesKindHere(type: string, hints: Hints): BytesKind | null {
  const hint = hintHere(hints);
  return hint?.type === type ? hint.kind : null;
}

/** True when a dict with this key type is a table in documents. */
export function isTableKey(type: string): boolean {
  return type === "s" || type === "o" || type === "g";
}
