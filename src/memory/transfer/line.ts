// A namespace as lines of JSON, for export and import: every concept, then every association, each with all that the graph knows
// of it, so that reading them back gives the same. Numbers are written so that they read back exactly; an f32 has as many
// digits as tell it from its neighbours.
//
// {"format":"op-dbus-memory","version":1,"vectors":MAKER}
// {"concept":ID,"content":TEXT,"strength":1,"confidence":1,"created_us":N,"accessed_us":N,"accesses":N,
//     "attributes":[[KEY,VALUE],...],"vector":BASE64,"semantic":{...}}          "content_base64" where it is no UTF-8
// {"from":ID,"to":ID,"type":"causal","confidence":0.5,"weight":1,"created_us":N}
//
// ID: 32 hex digits. vector: f32, little-endian. What is empty, absent or as usual is left out. What a terminal would obey is
// escaped, as JSON allows for any character.

import { isUtf8 } from "node:buffer";
import { OpError } from "../../base/error.ts";
import { visibleJson } from "../../base/visible.ts";
import { hexOf, parseId } from "../graph/id.ts";
import { ASSOCIATION_TYPES, type Change, type Concept, type Semantic } from "../model.ts";
import type { Edge, GraphReader } from "../ports.ts";

const FORMAT = "op-dbus-memory";

/** `vectors`: who made them, null = there are none. */
export function headLine(vectors: string | null): string {
  return JSON.stringify({ format: FORMAT, version: 1, ...(vectors === null ? {} : { vectors }) });
}

export function conceptLine(concept: Concept): string {
  const { content, vector, attributes, semantic, createdUs, lastAccessedUs, accessCount } = concept;
  const text = isUtf8(content);
  const line = JSON.stringify({
    concept: hexOf(concept.id),
    ...(text
      ? { content: Buffer.from(content).toString() }
      : { content_base64: Buffer.from(content).toString("base64") }),
    strength: short(concept.strength),
    confidence: short(concept.confidence),
    created_us: createdUs,
    ...(lastAccessedUs === createdUs && accessCount === 0
      ? {}
      : { accessed_us: lastAccessedUs, accesses: accessCount }),
    ...(attributes.size === 0 ? {} : { attributes: [...attributes] }),
    ...(vector === null ? {} : { vector: bytesOf(vector).toString("base64") }),
    ...(semantic === null ? {} : { semantic }),
  });
  return visibleJson(line);
}

export function associationLine(graph: GraphReader, edge: Edge): string {
  return JSON.stringify({
    from: hexOf(graph.idOf(graph.source(edge))),
    to: hexOf(graph.idOf(graph.target(edge))),
    type: TYPE_NAMES.get(graph.type(edge)),
    confidence: short(graph.edgeConfidence(edge)),
    weight: short(graph.edgeWeight(edge)),
    created_us: graph.edgeCreatedUs(edge),
  });
}

const TYPE_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(ASSOCIATION_TYPES).map(([name, number]) => [number, name] as const),
);

/** Changes that make what the line says; a range that does not hold is the graph's to refuse. Throws OPD4602. */
export function changesOf(line: string): readonly Change[] {
  const value = parsed(line);
  if (typeof value["concept"] === "string") return conceptOf(value, value["concept"]);
  if (typeof value["from"] === "string" && typeof value["to"] === "string") {
    const type = ASSOCIATION_TYPES[value["type"] as keyof typeof ASSOCIATION_TYPES];
    if (type === undefined) throw wrong("type is none");
    const association = {
      source: idOf(value["from"]),
      target: idOf(value["to"]),
      type,
      confidence: numberOf(value, "confidence", 1),
      weight: numberOf(value, "weight", 1),
    };
    return [{ kind: "associate", association, ...timeOf(value) }];
  }
  throw wrong("it is neither a concept nor an association");
}

/** null = it is not the first line of an export. Throws OPD4601 for one of another version. */
export function headOf(line: string): { readonly vectors: string | null } | null {
  let value: Line;
  try {
    value = parsed(line);
  } catch {
    return null;
  }
  const { format, version, vectors = null } = value;
  if (format !== FORMAT) return null;
  if (version !== 1) throw new OpError("OPD4601", "line 1: an export of a version that is not known here");
  return { vectors: typeof vectors === "string" ? vectors : null };
}

type Line = Readonly<Record<string, unknown>>;

function parsed(line: string): Line {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Line;
  } catch {
    // Said below: the parser's words may hold the line.
  }
  throw wrong("it is no object of JSON");
}

function conceptOf(value: Line, id: string): readonly Change[] {
  const concept = {
    id: idOf(id),
    content: contentOf(value),
    vector: vectorOf(value["vector"]),
    strength: numberOf(value, "strength", 1),
    confidence: numberOf(value, "confidence", 1),
    attributes: attributesOf(value["attributes"]),
    semantic: semanticOf(value["semantic"]),
  };
  const learned: Change = { kind: "learn", concept, ...timeOf(value) };
  if (value["accesses"] === undefined && value["accessed_us"] === undefined) return [learned];
  const count = numberOf(value, "accesses", 0);
  return [learned, { kind: "access", id: concept.id, count, accessedUs: numberOf(value, "accessed_us", 0) }];
}

function contentOf(value: Line): Uint8Array {
  const { content, content_base64: bytes } = value;
  if (typeof content === "string") return Buffer.from(content);
  if (typeof bytes === "string") return Buffer.from(bytes, "base64");
  throw wrong("a concept has a content");
}

function vectorOf(value: unknown): Float32Array | null {
  if (value === undefined) return null;
  const bytes = typeof value === "string" ? Buffer.from(value, "base64") : null;
  if (bytes === null || bytes.length === 0 || bytes.length % 4 !== 0)
    throw wrong("vector is not f32 as base64");
  const vector = new Float32Array(bytes.length / 4);
  for (let n = 0; n < vector.length; n++) vector[n] = bytes.readFloatLE(4 * n);
  return vector;
}

/** Pairs, which keep their order and any name; an object is understood too. */
function attributesOf(value: unknown): ReadonlyMap<string, string> {
  if (value === undefined) return new Map();
  const pairs: unknown = Array.isArray(value)
    ? value
    : typeof value === "object" && value !== null
      ? Object.entries(value)
      : null;
  if (!Array.isArray(pairs)) throw wrong("attributes are pairs of texts");
  return new Map(
    (pairs as readonly unknown[]).map((pair): [string, string] => {
      const [key, text] = Array.isArray(pair) ? (pair as readonly unknown[]) : [];
      if (typeof key !== "string" || typeof text !== "string") throw wrong("attributes are pairs of texts");
      return [key, text];
    }),
  );
}

/** Its form alone; whether its words are known the graph says. */
function semanticOf(value: unknown): Semantic | null {
  if (value === undefined || value === null) return null;
  const given = value as Partial<Semantic>;
  const { type, domain, confidence, bounds = null, causal = [], negation = null } = given;
  const right =
    typeof type === "string" &&
    typeof domain === "string" &&
    typeof confidence === "number" &&
    Array.isArray(causal);
  if (!right) throw wrong("semantic has a type, a domain, a confidence and a list of causes");
  const whole = [bounds ?? {}, negation ?? {}, ...causal].every(
    (one) => typeof one === "object" && one !== null,
  );
  if (!whole) throw wrong("semantic has parts that are no objects");
  return { type, domain, confidence, bounds, causal, negation };
}

function numberOf(value: Line, name: string, usual: number): number {
  const given = value[name] ?? usual;
  if (typeof given !== "number") throw wrong(`${name} is a number`);
  return given;
}

function timeOf(value: Line): { readonly createdUs?: number } {
  return value["created_us"] === undefined ? {} : { createdUs: numberOf(value, "created_us", 0) };
}

function idOf(text: string): Uint8Array {
  if (!/^[0-9a-f]{32}$/.test(text)) throw wrong("an id has 32 hex digits");
  return parseId(text);
}

/** The shortest decimal that is the same f32. */
function short(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const near = Number(value.toPrecision(digits));
    if (Math.fround(near) === value) return near;
  }
  return value;
}

function bytesOf(vector: Float32Array): Buffer {
  const bytes = Buffer.alloc(4 * vector.length);
  for (const [n, number] of vector.entries()) bytes.writeFloatLE(number, 4 * n);
  return bytes;
}

function wrong(why: string): OpError {
  return new OpError("OPD4602", why);
}
