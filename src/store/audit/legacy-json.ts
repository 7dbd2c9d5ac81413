// JSON as the first generation hashed it: serde_json's compact form of a value whose keys are in the order of their UTF-8
// bytes. It is not RFC 8785: there keys are ordered by UTF-16 units and numbers are written as ECMAScript does. A number
// keeps how it was written until here, because 1 and 1.0 are different texts and 2^64 - 1 is exact.

/** A number as it stands in its text. */
class NumberText {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}
export type Told = null | boolean | string | NumberText | readonly Told[] | { readonly [key: string]: Told };

/** Reads JSON that base/text found right, which bounds its depth. */
export function readTold(text: string): Told {
  const reviver = (_key: string, value: Told | number, { source }: { readonly source?: string }) =>
    typeof value === "number" ? new NumberText(source ?? String(value)) : value;
  // ECMAScript 2025 hands the source text to a reviver; the library's types do not know it yet.
  return JSON.parse(text, reviver as unknown as (key: string, value: unknown) => Told) as Told;
}

/** serde_json::to_string of a Value with a BTreeMap: no white space, keys in byte order. */
export function serdeJson(value: Told): string {
  if (value instanceof NumberText) return serdeNumber(value.text);
  // serde escapes what JSON.stringify does, in the same way; neither escapes DEL or what is not ASCII.
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${(value as readonly Told[]).map(serdeJson).join(",")}]`;
  const members = Object.entries(value).map(([key, inner]) => [Buffer.from(key), inner] as const);
  const sorted = members.toSorted(([a], [b]) => Buffer.compare(a, b));
  return `{${sorted.map(([key, inner]) => `${JSON.stringify(key.toString())}:${serdeJson(inner)}`).join(",")}}`;
}

const INT64_MIN = -(2n ** 63n);
const UINT64_MAX = 2n ** 64n - 1n;

/** An integer of 64 bits exactly, everything else as a double. */
function serdeNumber(text: string): string {
  if (/^-?[0-9]{1,20}$/.test(text) && text !== "-0") {
    const value = BigInt(text);
    if (value >= INT64_MIN && value <= UINT64_MAX) return String(value);
  }
  return ryu(Number(text));
}

/** A double as the ryu crate prints it: always with a fraction or an exponent, decimal from 1e-5 up to 1e16. */
function ryu(value: number): string {
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const [, sign, first, rest = "", power] = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(value.toExponential())!;
  const digits = `${first}${rest}`;
  /** Digits before the decimal point. */
  const whole = Number(power) + 1;
  if (whole > 0 && whole <= 16) {
    const padded = digits.padEnd(whole, "0");
    return `${sign}${padded.slice(0, whole)}.${padded.slice(whole) || "0"}`;
  }
  if (whole > -5 && whole <= 0) return `${sign}0.${"0".repeat(-whole)}${digits}`;
  return `${sign}${first}${rest === "" ? "" : `.${rest}`}e${Number(power)}`;
}
