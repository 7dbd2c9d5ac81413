// What operations take and give, as JSON and back: exact where JSON is not, shared parts once. A table says itself; what
// JSON has no word for is a table with the member "$":
//
//   {"$":"map","v":[[key,value],…]}   {"$":"set","v":[…]}      {"$":"bytes","v":"base64"}
//   {"$":"bigint","v":"123"}          {"$":"undefined"}        {"$":"number","v":"NaN" | "Infinity" | "-Infinity" | "-0"}
//   {"$":"dict","v":{…}}              a table without prototype: keys of strangers
//   {"$":"table","v":{…}}             one with the usual prototype that has a member "$" itself
//   {"$":"def","n":0,"v":value}       a value that comes again, as {"$":"ref","n":0}
//
// Left out: functions, and the `detail` of an action, which is its plugin's own. Getters are read. Tables come back
// frozen. An instance of a class is nothing that a reply may hold.

import { assert } from "../../base/assert.ts";
import { OpError } from "../../base/error.ts";

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type JsonTable = { [key: string]: Json };

/** As a value that JSON.stringify writes. Throws OPD1900 for what no reply may hold: a class, a circle. */
export function encodeValue(value: unknown): Json {
  const times = new Map<object, number>();
  count(value, times);
  /** Shared value -> its number; undefined while it is being written. */
  const numbers = new Map<object, number | undefined>();
  let next = 0;

  function encode(part: unknown): Json {
    if (typeof part !== "object" || part === null) return scalar(part);
    if ((times.get(part) ?? 1) < 2) return composite(part);
    if (numbers.has(part)) {
      const number = numbers.get(part);
      assert(number !== undefined, "what goes over the socket holds itself");
      return { $: "ref", n: number };
    }
    numbers.set(part, undefined);
    const v = composite(part);
    // Numbered when it is whole: the reader, too, has it then.
    const n = next++;
    numbers.set(part, n);
    return { $: "def", n, v };
  }
  function composite(part: object): Json {
    if (Array.isArray(part)) return part.map(encode);
    if (part instanceof Map)
      return { $: "map", v: [...part].map(([key, each]) => [encode(key), encode(each)]) };
    if (part instanceof Set) return { $: "set", v: [...part].map(encode) };
    if (part instanceof Uint8Array) return { $: "bytes", v: Buffer.from(part).toString("base64") };
    const table: JsonTable = Object.create(null) as JsonTable;
    for (const [key, each] of members(part)) table[key] = encode(each);
    if (Object.getPrototypeOf(part) === null) return { $: "dict", v: table };
    return "$" in table ? { $: "table", v: table } : table;
  }
  return encode(value);
}

/** How often each object is met, each looked into once. */
function count(value: unknown, times: Map<object, number>): void {
  if (typeof value !== "object" || value === null) return;
  const before = times.get(value) ?? 0;
  times.set(value, before + 1);
  if (before > 0 || value instanceof Uint8Array) return;
  if (Array.isArray(value) || value instanceof Set) for (const each of value) count(each, times);
  else if (value instanceof Map) {
    for (const [key, each] of value) {
      count(key, times);
      count(each, times);
    }
  } else for (const [, each] of members(value)) count(each, times);
}

function members(table: object): [string, unknown][] {
  const prototype: unknown = Object.getPrototypeOf(table);
  assert(prototype === null || prototype === Object.prototype, "only plain values go over the socket");
  const isAction = "via" in table && "group" in table;
  return Object.entries(table).filter(
    ([key, each]) => typeof each !== "function" && !(isAction && key === "detail"),
  );
}

function scalar(value: unknown): Json {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "bigint") return { $: "bigint", v: String(value) };
  // A function in a list has no member to be left out with.
  if (typeof value !== "number") return { $: "undefined" };
  if (Number.isFinite(value) && !Object.is(value, -0)) return value;
  return { $: "number", v: Object.is(value, -0) ? "-0" : String(value) };
}

/** The value that `encodeValue` was given. Throws OPD9044 for what it never writes. */
export function decodeValue(json: unknown): unknown {
  const shared: unknown[] = [];

  function decode(part: unknown): unknown {
    if (typeof part !== "object" || part === null) return part;
    if (Array.isArray(part)) return Object.freeze(part.map(decode));
    const table = part as Readonly<Record<string, unknown>>;
    return Object.hasOwn(table, "$") ? tagged(table) : plain(table);
  }
  /** Members are defined, not assigned: one called __proto__ is a member like others. */
  function plain(table: object): object {
    return Object.freeze(Object.fromEntries(Object.entries(table).map(([key, each]) => [key, decode(each)])));
  }
  function dict(table: object): object {
    const made: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
    for (const [key, each] of Object.entries(table)) made[key] = decode(each);
    return Object.freeze(made);
  }
  function tagged({ $: tag, v, n }: Readonly<Record<string, unknown>>): unknown {
    if (tag === "undefined") return undefined;
    if (tag === "ref" && typeof n === "number" && n in shared) return shared[n];
    if (tag === "def" && typeof n === "number") {
      const value = decode(v);
      if (n !== shared.length) throw notWritten();
      shared.push(value);
      return value;
    }
    if (tag === "table" && typeof v === "object" && v !== null) return plain(v);
    if (tag === "dict" && typeof v === "object" && v !== null) return dict(v);
    if (Array.isArray(v) && tag === "set") return new Set(v.map(decode));
    if (Array.isArray(v) && tag === "map") return new Map(v.map(pair));
    if (typeof v !== "string") throw notWritten();
    if (tag === "bytes") return new Uint8Array(Buffer.from(v, "base64"));
    if (tag === "number" && NUMBERS.has(v)) return NUMBERS.get(v);
    if (tag === "bigint" && /^-?[0-9]+$/.test(v)) return BigInt(v);
    throw notWritten();
  }
  function pair(entry: unknown): [unknown, unknown] {
    if (!Array.isArray(entry) || entry.length !== 2) throw notWritten();
    return [decode(entry[0]), decode(entry[1])];
  }
  return decode(json);
}

const NUMBERS: ReadonlyMap<string, number> = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Infinity],
  ["-Infinity", -Infinity],
  ["-0", -0],
]);

function notWritten(): OpError {
  return new OpError("OPD9044", "a value that came over the socket is not as it is written there");
}
