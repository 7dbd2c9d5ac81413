// Templates become wire values: each constant is read against the signature that the service told us, each reference
// is looked up in a scope. What has no value drops its entry from a table literal and is a fault elsewhere. `show`
// says the same arguments as document values, for plans: what only exists later is {"$later": NAME}.

import { OpError } from "../../../base/error.ts";
import { Variant, type DBusDict, type DBusValue } from "../../../host/dbus/dbus.ts";
import type { DocValue } from "../../plugin.ts";
import { splitTypes as typesOf } from "../../value/signature.ts";
import { toDocument, toWire, type TypeAt } from "../../value/value.ts";
import { isTable, tableOf } from "../../doc.ts";
import type { Reference, Template } from "../model.ts";
import { plain, textOf, wireOf, type Row, type Term } from "./term.ts";

/** A value that a document gives: its wire form depends on where it goes. `wire` throws OPD6052 when it cannot be said. */
export interface Wish {
  readonly doc: DocValue;
  readonly secret: boolean;
  wire(signature: string | null): Variant;
}
/** What a reference stands for. Rows are what a listing gave. */
export type Found = Term | Wish | readonly Row[];

export interface Scope {
  /** undefined: the reference has no value here. Throws what reading throws. */
  look(reference: Reference): Promise<Found | undefined>;
  /** Types of variants inside literals, by dict keys. */
  readonly typeAt?: TypeAt;
}

export function isRows(found: Found): found is readonly Row[] {
  return Array.isArray(found);
}
export function isWish(found: Found): found is Wish {
  return "doc" in found;
}
/** A found value as a term: rows as a list of structs, a wish in its own signature. */
export function termOf(found: Found): Term {
  if (isRows(found))
    return new Variant(
      `a${found[0]?.whole.signature ?? "v"}`,
      found.map((row) => row.whole.value),
    );
  return isWish(found) ? found.wire(null) : found;
}

/** The wire value of `template` at `signature`; undefined when its reference has no value. Throws OPD6051, OPD6052. */
export async function build(
  template: Template,
  signature: string,
  scope: Scope,
): Promise<DBusValue | undefined> {
  switch (template.kind) {
    case "constant":
      return literalTo(template.value, signature, template);
    case "typed": {
      const value = await build(template.value, template.signature, scope);
      if (value === undefined) return undefined;
      return signature === "v" ? new Variant(template.signature, value) : value;
    }
    case "reference": {
      const found = await scope.look(template.reference);
      return found === undefined ? undefined : convert(found, signature, template.reference.text);
    }
    case "list":
      return buildList(template.items, signature, scope);
    case "table":
      return buildTable(template.entries, signature, scope);
  }
}

async function buildList(items: readonly Template[], signature: string, scope: Scope): Promise<DBusValue> {
  const target = signature === "v" ? "as" : signature;
  const members = target.startsWith("(") ? typesOf(target.slice(1, -1)) : null;
  const values: DBusValue[] = [];
  for (const [i, item] of items.entries())
    values.push(await buildHere(item, members?.[i] ?? target.slice(1), scope));
  return signature === "v" ? new Variant("as", values) : values;
}

async function buildTable(
  entries: ReadonlyMap<string, Template>,
  signature: string,
  scope: Scope,
): Promise<DBusValue> {
  const [, inner = "v"] = signature.startsWith("a{") ? typesOf(signature.slice(2, -1)) : [];
  const dict: { [key: string]: DBusValue } = Object.create(null);
  for (const [key, item] of entries) {
    const value = await build(item, inner, scope);
    if (value !== undefined) dict[key] = value;
  }
  return dict as DBusDict;
}

/** As `build`, where a missing value is a fault. */
export async function buildHere(template: Template, signature: string, scope: Scope): Promise<DBusValue> {
  const value = await build(template, signature, scope);
  if (value === undefined) throw noValue(template);
  return value;
}

function noValue(template: Template): OpError {
  const name = template.kind === "reference" ? template.reference.text : "a reference";
  return new OpError("OPD6051", `${name} has no value here`, { where: placeOf(template) });
}

function placeOf(template: Template): string {
  return `${template.at.file}:${template.at.line}:${template.at.column}`;
}

function literalTo(value: DocValue, signature: string, template: Template): DBusValue {
  const result = toWire(signature, value);
  if ("wire" in result) return result.wire;
  throw new OpError("OPD6052", result.fault, { where: placeOf(template) });
}

/** A found value at another signature: into and out of variants, between texts and paths, between integers. */
function convert(found: Found, signature: string, name: string): DBusValue {
  const given = plain(isRows(found) || !isWish(found) ? wireOf(termOf(found)) : found.wire(signature));
  if (given.signature === signature) return given.value;
  if (signature === "v") return given;
  if (signature === "h") {
    throw new OpError("OPD6052", `${name} would have to be an open file: descriptors cannot be sent`, {
      hint: "Node.js has no way to pass file descriptors over a socket",
    });
  }
  const text = textOf(given);
  const doc =
    text !== undefined && "ynqiuxt".includes(signature) && /^-?\d+$/.test(text)
      ? BigInt(text)
      : toDocument(given.signature, given.value);
  const result = toWire(
    signature,
    typeof doc === "bigint" && Number.isSafeInteger(Number(doc)) ? Number(doc) : doc,
  );
  if ("wire" in result) return result.wire;
  throw new OpError("OPD6052", `${name} (${given.signature}) does not fit ${signature}: ${result.fault}`);
}

/** The same argument as a document value, for people. Never throws for a missing value. */
export async function show(template: Template, signature: string, scope: Scope): Promise<DocValue> {
  switch (template.kind) {
    case "constant":
      return template.value;
    case "typed":
      return tableOf([[`$${template.signature}`, await show(template.value, template.signature, scope)]]);
    case "reference": {
      const found = await scope.look(template.reference).catch(() => undefined);
      return found === undefined
        ? tableOf([["$later", template.reference.text]])
        : showFound(found, signature, template.reference);
    }
    case "list": {
      const members = signature.startsWith("(") ? typesOf(signature.slice(1, -1)) : null;
      return Promise.all(
        template.items.map((item, i) => show(item, members?.[i] ?? signature.slice(1), scope)),
      );
    }
    case "table": {
      const entries: [string, DocValue][] = [];
      for (const [key, item] of template.entries) entries.push([key, await show(item, "v", scope)]);
      return tableOf(entries.filter(([, value]) => !isLater(value)));
    }
  }
}

function showFound(found: Found, signature: string, reference: Reference): DocValue {
  if (!isRows(found) && isWish(found) && found.secret) return found.doc;
  try {
    return toDocument(signature, convert(found, signature, reference.text), { plain: true });
  } catch (error) {
    if (error instanceof OpError) return tableOf([["$later", reference.text]]);
    throw error;
  }
}

function isLater(value: DocValue): boolean {
  return isTable(value) && "$later" in value;
}
