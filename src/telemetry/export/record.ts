// What comes in: the log record that exporters take, and cutting what is too long before it is encoded.

import { LIMITS } from "../../base/limits.ts";

export type { LogRecord } from "../../base/log.ts";

/** Foreign text can be of any length; what is cut says so. */
export function bounded(text: string): string {
  return text.length <= LIMITS.exportTextCharsMax
    ? text
    : `${text.slice(0, LIMITS.exportTextCharsMax - 3)}...`;
}

/** `all` in parts of at most `size`. */
export function* parts<T>(all: readonly T[], size: number): Generator<readonly T[]> {
  for (let from = 0; from < all.length; from += size) yield all.slice(from, from + size);
}
