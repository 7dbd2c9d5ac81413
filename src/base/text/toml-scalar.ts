// The unquoted scalars of TOML 1.0: booleans, integers (int64, exact), floats, and dates. A date has no counterpart in
// JSON or on the bus, so it is a fault that says how to write it; what it said is kept as text.

import { exactInteger, exactNumber } from "./number.ts";
import type { Scan } from "./scan.ts";

const DECIMAL = /^[+-]?(?:0|[1-9](?:_?[0-9])*)$/;
const RADIX = /^0(?:x[0-9a-fA-F](?:_?[0-9a-fA-F])*|o[0-7](?:_?[0-7])*|b[01](?:_?[01])*)$/;
const FLOAT = /^[+-]?(?:0|[1-9](?:_?[0-9])*)(?:\.[0-9](?:_?[0-9])*)?(?:[eE][+-]?[0-9](?:_?[0-9])*)?$/;
const SPECIAL = /^[+-]?(?:inf|nan)$/;
const DATE =
  /^(?:(\d{4})-(\d\d)-(\d\d))?(?:[Tt ]?(?<=^|[Tt ])(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:(?<=^.{11,})(?:[Zz]|[+-](\d\d):(\d\d)))?)?$/;
const LOOKS_LIKE_DATE = /^[0-9]{4}-|^[0-9]{1,2}:/;
const INT64_MAX = 2n ** 63n - 1n;

/** The value of an unquoted token; undefined (and a fault) if it is none. */
export function tomlScalar(
  token: string,
  scan: Scan,
  offset: number,
): string | number | bigint | boolean | undefined {
  if (scan.tooLong(offset, token.length)) return undefined;
  if (token === "true") return true;
  if (token === "false") return false;
  if (DECIMAL.test(token) || RADIX.test(token)) return integer(token, scan, offset);
  if (FLOAT.test(token)) return exactNumber(plain(token), scan, offset) ?? undefined;
  if (SPECIAL.test(token)) return token.endsWith("nan") ? NaN : token.startsWith("-") ? -Infinity : Infinity;
  if (LOOKS_LIKE_DATE.test(token)) return date(token, scan, offset);
  if (/^[+-]?[.0-9]/.test(token))
    scan.syntax(
      offset,
      "this is not a number of TOML",
      "no leading zeros, digits on both sides of a dot or _",
    );
  else if (/^(true|false)$/i.test(token))
    scan.syntax(offset, "a word where a value is expected", `write ${token.toLowerCase()}`);
  else scan.syntax(offset, "a word where a value is expected", "texts stand in double quotes");
  return undefined;
}

function plain(token: string): string {
  return token.replaceAll("_", "").replace(/^\+/, "");
}

function integer(token: string, scan: Scan, offset: number): number | bigint | undefined {
  const digits = plain(token);
  const negative = digits.startsWith("-");
  const size = negative ? digits.slice(1) : digits;
  // 66 = "0b" and 64 digits: whatever is longer is out of range, unless it has leading zeros after a prefix.
  const value =
    size.length <= 66
      ? BigInt(size)
      : BigInt(size.slice(0, 2) + (size.slice(2).replace(/^0+/, "").slice(0, 65) || "0"));
  if (value <= INT64_MAX || (negative && value === INT64_MAX + 1n))
    return exactInteger(negative ? -value : value);
  scan.syntax(offset, "an integer beyond 64 bits with sign", `write it as a text: "${digits}"`);
  return undefined;
}

function date(token: string, scan: Scan, offset: number): string | undefined {
  const parts = DATE.exec(token);
  if (
    parts === null ||
    !inRange(parts.slice(1).map((part) => (part === undefined ? undefined : Number(part))))
  ) {
    scan.syntax(offset, "this is no date or time", "a text of it stands in double quotes");
    return undefined;
  }
  scan.fault("OPD1105", offset, "a date without quotes", `write "${token}"`);
  return token;
}

function inRange([year, month, day, hour, minute, second, offHour, offMinute]: (
  | number
  | undefined
)[]): boolean {
  if (year !== undefined && month !== undefined && day !== undefined) {
    const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
    const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
    if (day < 1 || day > days) return false;
  }
  return [
    [hour, 23],
    [minute, 59],
    [second, 60],
    [offHour, 23],
    [offMinute, 59],
  ].every(([value, most]) => (value ?? 0) <= (most ?? 0));
}
