// Quantities as people write them: "256 MiB", "1 min 30 s", "50%", or a number in the field's own unit. Arithmetic is
// exact (integers over integers); the normal form is a number in the unit of the schema, so that every program reads
// the same one. Wire value = document value x scale.

import type { DBusValue } from "../../host/dbus/dbus.ts";
import { kindOf } from "../doc.ts";
import type { DocValue } from "../plugin.ts";

export type Unit = "bytes" | "us" | "ms" | "s" | "percent" | "count";

/** Numerator and denominator, the latter positive. */
type Ratio = readonly [bigint, bigint];

const BYTES: Readonly<Record<string, bigint>> = Object.freeze({
  B: 1n,
  kB: 10n ** 3n,
  MB: 10n ** 6n,
  GB: 10n ** 9n,
  TB: 10n ** 12n,
  PB: 10n ** 15n,
  KiB: 2n ** 10n,
  MiB: 2n ** 20n,
  GiB: 2n ** 30n,
  TiB: 2n ** 40n,
  PiB: 2n ** 50n,
});
/** In microseconds. */
const TIMES: Readonly<Record<string, bigint>> = Object.freeze({
  us: 1n,
  ms: 1000n,
  s: 10n ** 6n,
  min: 60n * 10n ** 6n,
  h: 3600n * 10n ** 6n,
  d: 86400n * 10n ** 6n,
});
const SUFFIXES: Readonly<Record<Unit, Readonly<Record<string, bigint>>>> = Object.freeze({
  bytes: BYTES,
  us: TIMES,
  ms: TIMES,
  s: TIMES,
  percent: { "%": 1n },
  count: {},
});
/** How much of the smallest suffix one unit is. */
const ONE: Readonly<Record<Unit, bigint>> = Object.freeze({
  bytes: 1n,
  us: 1n,
  ms: 1000n,
  s: 10n ** 6n,
  percent: 1n,
  count: 1n,
});

const EXAMPLES: Readonly<Record<Unit, string>> = Object.freeze({
  bytes: '"256 MiB" or a number of bytes',
  us: '"30 s" or a number of microseconds',
  ms: '"30 s" or a number of milliseconds',
  s: '"30 s" or a number of seconds',
  percent: '"50%" or a number',
  count: "a number",
});

/** Normal form of a quantity: a number in `unit` (bigint beyond 2^53). */
export function normaliseQuantity(unit: Unit, doc: DocValue): { value: number | bigint } | { fault: string } {
  const ratio = readQuantity(unit, doc);
  return ratio === null
    ? { fault: `expected ${EXAMPLES[unit]}, found ${kindOf(doc)}` }
    : { value: numberOf(ratio) };
}

/** The whole number (for a wire type `d`: the double) that goes over the bus. */
export function quantityToWire(
  unit: Unit,
  scale: number,
  doc: DocValue,
  type: string,
): { count: DocValue } | { fault: string } {
  const ratio = readQuantity(unit, doc);
  if (ratio === null) return { fault: `expected ${EXAMPLES[unit]}, found ${kindOf(doc)}` };
  const [n, d] = times(ratio, ratioOf(String(scale)) ?? [1n, 1n]);
  if (type === "d") return { count: Number(n) / Number(d) };
  // A number the document holds may be the nearest double of an exact fraction: round, but not away from what was said.
  const whole = (2n * n + (n < 0n ? -d : d)) / (2n * d);
  const off = whole * d - n;
  if ((off < 0n ? -off : off) * 1_000_000n > d)
    return { fault: `${describe(doc)} is finer than the service can take` };
  return { count: whole };
}

/** A wire number in `unit`: exact where it divides, else the nearest double. */
export function quantityToDocument(scale: number, wire: DBusValue): DocValue {
  if (typeof wire === "number" && !Number.isInteger(wire)) return wire / scale;
  if (typeof wire !== "number" && typeof wire !== "bigint") return null;
  const [n, d] = ratioOf(String(scale)) ?? [1n, 1n];
  return numberOf([BigInt(wire) * d, n]);
}

function readQuantity(unit: Unit, doc: DocValue): Ratio | null {
  if (typeof doc === "bigint") return [doc, 1n];
  if (typeof doc === "number") return Number.isFinite(doc) ? ratioOf(String(doc)) : null;
  if (typeof doc !== "string" || doc.length > 100) return null;
  if (/^-?[0-9]+$/.test(doc)) return [BigInt(doc), 1n];
  let sum: Ratio = [0n, 1n];
  const terms = /\s*([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z%]+)/y;
  let end = 0;
  for (let found = terms.exec(doc); found !== null; found = terms.exec(doc)) {
    const factor = SUFFIXES[unit][found[2] ?? ""];
    const amount = ratioOf(found[1] ?? "");
    if (factor === undefined || amount === null) return null;
    const [n, d] = times(amount, [factor, ONE[unit]]);
    sum = [sum[0] * d + n * sum[1], sum[1] * d];
    end = terms.lastIndex;
  }
  return end > 0 && end === doc.length ? sum : null;
}

/** The exact value of a decimal text, also as String(number) writes it ("1e+21"). */
function ratioOf(text: string): Ratio | null {
  const found = /^(-?)([0-9]+)(?:\.([0-9]+))?(?:e([+-][0-9]{1,3}))?$/.exec(text);
  if (found === null) return null;
  const [, sign, whole = "", fraction = "", exponent = "0"] = found;
  const digits = BigInt(whole + fraction) * (sign === "-" ? -1n : 1n);
  const power = Number(exponent) - fraction.length;
  return power >= 0 ? [digits * 10n ** BigInt(power), 1n] : [digits, 10n ** BigInt(-power)];
}

function times(a: Ratio, b: Ratio): Ratio {
  return [a[0] * b[0], a[1] * b[1]];
}

function numberOf([n, d]: Ratio): number | bigint {
  if (n % d !== 0n) return Number(n) / Number(d);
  const whole = n / d;
  return whole >= Number.MIN_SAFE_INTEGER && whole <= Number.MAX_SAFE_INTEGER ? Number(whole) : whole;
}

function describe(doc: DocValue): string {
  return typeof doc === "string" ? JSON.stringify(doc) : String(doc);
}
