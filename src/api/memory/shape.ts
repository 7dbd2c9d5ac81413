// Shapes of the memory's protocol: what a field is, said once, read and written by that. Reading is lenient as the servers
// of the protocol are (a record as map or list, absent optional fields, keys nobody knows, whole numbers for floats, text
// times); writing is exact: floats are float32, whole numbers smallest. A field is camelCase here, snake_case on the wire.

import { OpError } from "../../base/error.ts";
import type { MsgMap, MsgValue } from "../../base/msgpack.ts";
import type { MsgWriter } from "../../base/msgpack-writer.ts";

/** How a record is written: its fields in order, or by name. */
export type Body = "list" | "map";

export interface Shape<T> {
  /** `value` undefined: the field is absent. `at` is the field's name, for the error. Throws OPD4501. */
  read(value: MsgValue | undefined, at: string): T;
  write(writer: MsgWriter, value: T, body: Body): void;
}
export type Of<S> = S extends Shape<infer T> ? T : never;

export const text: Shape<string> = {
  read: (value, at) => (typeof value === "string" ? value : wrong(at, "a text")),
  write: (writer, value) => writer.text(value),
};

export const flag: Shape<boolean> = {
  read: (value, at) => (typeof value === "boolean" ? value : wrong(at, "true or false")),
  write: (writer, value) => writer.flag(value),
};

/** A whole number from 0 to `most`; also what is written is one, or refused. */
function unsigned(most: number): Shape<number> {
  const checked = (value: MsgValue | undefined, at: string): number =>
    typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= most
      ? value
      : wrong(at, `a whole number from 0 to ${most}`);
  return { read: checked, write: (writer, value) => writer.int(checked(value, "a number to be sent")) };
}
export const u32 = unsigned(0xffff_ffff);
/** Up to 2^53 - 1: nothing here counts further. */
export const u64 = unsigned(Number.MAX_SAFE_INTEGER);

export const f32: Shape<number> = {
  read: (value, at) => (typeof value === "number" ? value : wrong(at, "a number")),
  write: (writer, value) => writer.float32(value),
};

/** A vector. Whether its numbers are finite, and how many they may be, is checked behind. */
export const vector: Shape<Float32Array> = {
  read(value, at) {
    if (!Array.isArray(value)) return wrong(at, "a list of numbers");
    const numbers = new Float32Array(value.length);
    for (let index = 0; index < numbers.length; index++) numbers[index] = f32.read(value[index], at);
    return numbers;
  },
  write(writer, value) {
    writer.list(value.length);
    for (const number of value) writer.float32(number);
  },
};

/** Seconds since 1970, or ISO 8601 as Python writes it; without a zone it is UTC. */
export const timeS: Shape<number> = {
  read(value, at) {
    if (typeof value === "number" && Math.abs(value) < TIME_S_MAX) return Math.floor(value);
    const [, day, clock = "", zone = "Z"] =
      typeof value === "string" ? (ISO_TIME.exec(value.trim()) ?? []) : [];
    const ms = day === undefined ? NaN : Date.parse(`${day}T${clock === "" ? "00:00" : clock}${zone}`);
    return Number.isNaN(ms)
      ? wrong(at, "seconds since 1970, or a time as in ISO 8601")
      : Math.floor(ms / 1000);
  },
  write: (writer, value) => writer.int(timeS.read(value, "a time to be sent")),
};
/** What a Date can be, either side of 1970. */
const TIME_S_MAX = 8.64e12;
const ISO_TIME = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:?\d{2})?)?$/;

export function list<T>(element: Shape<T>): Shape<readonly T[]> {
  return {
    read(value, at) {
      if (!Array.isArray(value)) return wrong(at, "a list");
      return (value as readonly MsgValue[]).map((one, index) => element.read(one, `${at}[${index}]`));
    },
    write(writer, value, body) {
      writer.list(value.length);
      for (const one of value) element.write(writer, one, body);
    },
  };
}

/** A list with a shape for each place, in every body. */
export function tuple<const S extends readonly Shape<unknown>[]>(
  ...shapes: S
): Shape<{ readonly [I in keyof S]: Of<S[I]> }> {
  return {
    read(value, at) {
      if (!Array.isArray(value) || value.length < shapes.length)
        return wrong(at, `a list of ${shapes.length} values`);
      const read = shapes.map((shape, index) => shape.read(value[index] as MsgValue, `${at}[${index}]`));
      return read as { readonly [I in keyof S]: Of<S[I]> };
    },
    write(writer, value, body) {
      writer.list(shapes.length);
      for (const [index, shape] of shapes.entries()) shape.write(writer, value[index], body);
    },
  };
}

/** Values by names that are data, not fields. */
export function named<T>(element: Shape<T>): Shape<ReadonlyMap<string, T>> {
  return {
    read(value, at) {
      if (!(value instanceof Map)) return wrong(at, "a map");
      return new Map([...(value as MsgMap)].map(([name, one]) => [name, element.read(one, at)]));
    },
    write(writer, value, body) {
      writer.map(value.size);
      for (const [name, one] of value) {
        writer.text(name);
        element.write(writer, one, body);
      }
    },
  };
}

/** null where it is absent or nil. */
export function optional<T>(shape: Shape<T>): Shape<T | null> {
  return {
    read: (value, at) => (value === undefined || value === null ? null : shape.read(value, at)),
    write: (writer, value, body) => (value === null ? writer.nil() : shape.write(writer, value, body)),
  };
}

/** `otherwise` where it is absent or nil. */
export function otherwise<T>(shape: Shape<T>, value: T): Shape<T> {
  return {
    ...shape,
    read: (given, at) => (given === undefined || given === null ? value : shape.read(given, at)),
  };
}

export type Fields = Readonly<Record<string, Shape<unknown>>>;
type Values<F extends Fields> = { readonly [N in keyof F]: Of<F[N]> };

export interface RecordOptions {
  /** The first field came later: a list that lacks one value lacks this. */
  readonly firstIsNewer?: boolean;
  /** So many last fields stand in maps alone. */
  readonly mapOnly?: number;
  /** In maps the field is written under these names too, wire spelling: clients differ in what they read. */
  readonly alias?: Readonly<Record<string, string>>;
}

/** A map without a field that is null says the same as one with nil, in every reader of the protocol. */
export function record<const F extends Fields>(fields: F, options: RecordOptions = {}): Shape<Values<F>> {
  const { firstIsNewer = false, mapOnly = 0, alias = {} } = options;
  const table = Object.entries(fields).map(([name, shape]) => ({ name, wire: snake(name), shape }));
  const listed = table.slice(0, table.length - mapOnly);
  function read(value: MsgValue | undefined, at: string): Values<F> {
    const found: Record<string, unknown> = {};
    if (value === undefined || value === null || value instanceof Map) {
      const map = (value ?? undefined) as MsgMap | undefined;
      for (const { name, wire, shape } of table) found[name] = shape.read(map?.get(wire), `${at}.${wire}`);
    } else {
      if (!Array.isArray(value)) return wrong(at, "a map or a list of fields");
      const shift = firstIsNewer && value.length < listed.length ? -1 : 0;
      for (const [index, { name, wire, shape }] of table.entries()) {
        const place = index < listed.length ? index + shift : -1;
        found[name] = shape.read(value[place] as MsgValue | undefined, `${at}.${wire}`);
      }
    }
    return found as Values<F>;
  }
  function write(writer: MsgWriter, value: Values<F>, body: Body): void {
    if (body === "list") {
      writer.list(listed.length);
      for (const { name, shape } of listed) shape.write(writer, value[name], body);
      return;
    }
    const given = table.filter(({ name }) => value[name] !== null);
    writer.map(given.length + given.filter(({ name }) => name in alias).length);
    for (const { name, wire, shape } of given) {
      writer.text(wire);
      shape.write(writer, value[name], body);
      const other = alias[name];
      if (other === undefined) continue;
      writer.text(other);
      shape.write(writer, value[name], body);
    }
  }
  return { read, write };
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function wrong(at: string, wanted: string): never {
  throw new OpError("OPD4501", `${at}: expected ${wanted}`);
}
