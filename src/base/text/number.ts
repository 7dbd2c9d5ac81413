// Numbers as documents mean them: an integer of D-Bus (64 bits, signed or not) is exact, a number up to 2^53 and a
// bigint beyond; everything else is a double. Canonical JSON writes a double of 1e20 as an integer: there it is one.

import type { Scan } from "./scan.ts";

const INT64_MIN = -(2n ** 63n);
const UINT64_MAX = 2n ** 64n - 1n;
/** Digits of 2^64: more are out of range whatever they are, and BigInt would take quadratic time. */
const DIGITS_MAX = 20;

/** A number if it is exact as one, else the bigint. */
export function exactInteger(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** The value of a decimal token that is known to be well formed; null (and a fault) if nothing can hold it. */
export function exactNumber(token: string, scan: Scan, offset: number): number | bigint | null {
  const number = Number(token);
  if (/^-?[0-9]+$/.test(token)) {
    if (Number.isSafeInteger(number)) return number === 0 ? 0 : number;
    const value = token.length <= DIGITS_MAX + 1 ? BigInt(token) : UINT64_MAX + 1n;
    if (value >= INT64_MIN && value <= UINT64_MAX) return value;
    if (scan.roundsIntegers && Number.isFinite(number)) return number;
    scan.syntax(
      offset,
      "an integer beyond 64 bits",
      `write ${number.toExponential()} if a floating-point number is meant`,
    );
    return null;
  }
  if (Number.isFinite(number)) return number;
  scan.syntax(offset, "a number beyond the range of a double (1.8e308)");
  return null;
}
