// What a document value is, and the small questions about one that are asked everywhere in this room: is it a table,
// what is it called in a message.

/** A value as documents carry it. Integers beyond 2^53 are bigint, never a rounded number. Dicts have no prototype. */
export type DocValue = null | boolean | number | bigint | string | readonly DocValue[] | DocTable;
export type DocTable = { readonly [key: string]: DocValue };

export function isTable(doc: DocValue | undefined): doc is DocTable {
  return typeof doc === "object" && doc !== null && !Array.isArray(doc);
}

/** A table without prototype: no key of a stranger can reach one. */
export function tableOf(entries: Iterable<readonly [string, DocValue]>): DocTable {
  const table: { [key: string]: DocValue } = Object.create(null);
  for (const [key, value] of entries) table[key] = value;
  return table;
}

/** "u" for {"$u": 5}: a table with one key, which begins with a dollar; else null. */
export function dollarKey(doc: DocValue): string | null {
  if (!isTable(doc)) return null;
  const keys = Object.keys(doc);
  return keys.length === 1 && keys[0]?.startsWith("$") ? keys[0].slice(1) : null;
}

/** What a value is, for messages: `the number 5`, `a list`, `"text"`. Long text is cut. */
export function kindOf(doc: DocValue): string {
  if (doc === null) return "null";
  if (Array.isArray(doc)) return doc.length === 0 ? "an empty list" : "a list";
  if (typeof doc === "object") return "a table";
  if (typeof doc === "string") return JSON.stringify(doc.length > 40 ? `${doc.slice(0, 40)}…` : doc);
  return typeof doc === "boolean" ? String(doc) : `the number ${doc}`;
}
