// Type signatures as trees (D-Bus specification, "Summary of types", "Valid Signatures"). Parsing is strict: at most
// 255 bytes, arrays and structs nest at most 32 deep each, structs are not empty, a dict entry stands directly in an
// array and has a basic key. Trees are frozen and shared through a bounded cache: two equal signatures give one tree.

import { OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";

export type BasicCode = "y" | "b" | "n" | "q" | "i" | "u" | "x" | "t" | "d" | "s" | "o" | "g" | "h";
export type TypeCode = BasicCode | "v" | "a" | "(" | "{";

/** One complete type. `children`: the element of an array, the fields of a struct, key and value of a dict entry. */
export interface Type {
  readonly code: TypeCode;
  readonly signature: string;
  /** Bytes that a value of the type is aligned to in a message: 1, 2, 4 or 8. */
  readonly alignment: number;
  /** Containers on the deepest way down, itself included: 0 for basic types, 1 for a variant. */
  readonly height: number;
  readonly children: readonly Type[];
}

const ALIGNMENTS: Readonly<Record<TypeCode, number>> = Object.freeze({
  y: 1,
  b: 4,
  n: 2,
  q: 2,
  i: 4,
  u: 4,
  x: 8,
  t: 8,
  d: 8,
  s: 4,
  o: 4,
  g: 1,
  h: 4,
  v: 1,
  a: 4,
  "(": 8,
  "{": 8,
});

const BASIC = new Set<string>("ybnqiuxtdsogh");
const NO_CHILDREN: readonly Type[] = Object.freeze([]);

const leaves = new Map<string, Type>();
for (const code of [...BASIC, "v"] as TypeCode[]) leaves.set(code, makeType(code, code, NO_CHILDREN));

const cache = new Map<string, readonly Type[]>();

/**
 * The complete types of a signature, in order; none for "". Source: D-Bus specification, "Valid Signatures".
 * Throws OPD3010 that says what is wrong and where (offset in the signature, from 0).
 */
export function parseSignature(text: string): readonly Type[] {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const types = Object.freeze(parse(text));
  if (cache.size >= LIMITS.signatureCacheEntriesMax) cache.clear();
  cache.set(text, types);
  return types;
}

/** The one complete type of a signature such as that of a variant. Throws OPD3010 when it has none or several. */
export function parseSingleType(text: string): Type {
  const types = parseSignature(text);
  const [type] = types;
  if (type === undefined || types.length !== 1)
    throw invalid(text, 0, `expected one type, got ${types.length}`);
  return type;
}

export function isSignature(text: string): boolean {
  return succeeds(() => parseSignature(text));
}

/** True for exactly one complete type. */
export function isSingleType(text: string): boolean {
  return isSignature(text) && parseSignature(text).length === 1;
}

function parse(text: string): Type[] {
  if (text.length > LIMITS.signatureSizeBytesMax) {
    throw invalid(`${text.slice(0, 32)}…`, 0, `longer than ${LIMITS.signatureSizeBytesMax} bytes`);
  }
  let at = 0;

  function next(arrays: number, structs: number): Type {
    const start = at;
    const code = text[at] ?? "";
    at += 1;
    const leaf = leaves.get(code);
    if (leaf !== undefined) return leaf;
    if (code === "a") {
      if (arrays >= LIMITS.typeDepthMax) throw invalid(text, start, "arrays nest too deep");
      const element = text[at] === "{" ? entry(arrays + 1, structs) : next(arrays + 1, structs);
      return makeType("a", text.slice(start, at), [element]);
    }
    if (code === "(") {
      if (structs >= LIMITS.typeDepthMax) throw invalid(text, start, "structs nest too deep");
      const fields: Type[] = [];
      while (at < text.length && text[at] !== ")") fields.push(next(arrays, structs + 1));
      if (at >= text.length) throw invalid(text, start, "a struct is not closed");
      at += 1;
      if (fields.length === 0) throw invalid(text, start, "a struct is empty");
      return makeType("(", text.slice(start, at), fields);
    }
    if (code === "") throw invalid(text, start, "an array has no element type");
    throw invalid(text, start, code === "{" ? "a dict entry stands outside an array" : "unknown type code");
  }

  function entry(arrays: number, structs: number): Type {
    const start = at;
    at += 1;
    if (!BASIC.has(text[at] ?? "")) throw invalid(text, at, "the key of a dict entry is not a basic type");
    const key = next(arrays, structs);
    if (at >= text.length || text[at] === "}") throw invalid(text, at, "a dict entry has no value type");
    const value = next(arrays, structs);
    if (text[at] !== "}")
      throw invalid(text, at, "a dict entry has more than a key and a value, or is not closed");
    at += 1;
    return makeType("{", text.slice(start, at), [key, value]);
  }

  const types: Type[] = [];
  while (at < text.length) types.push(next(0, 0));
  return types;
}

function makeType(code: TypeCode, signature: string, children: readonly Type[]): Type {
  const inner = Math.max(0, ...children.map((child) => child.height));
  const height = inner + (BASIC.has(code) ? 0 : 1);
  return Object.freeze({
    code,
    signature,
    alignment: ALIGNMENTS[code],
    height,
    children: Object.freeze(children),
  });
}

function invalid(text: string, offset: number, reason: string): OpError {
  return new OpError("OPD3010", `invalid signature ${JSON.stringify(text)}: ${reason} (offset ${offset})`);
}

function succeeds(action: () => unknown): boolean {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}
