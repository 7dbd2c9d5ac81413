// Byte strings as people write them. D-Bus paths and names are often `ay`; a mapping may say which kind, and the
// document then shows text. Without a kind, or where the bytes do not fit it, a document says {"$ay": "base64"}.
//
//   ay        {"$ay": "L2Rldi9zZGEA"}       ay:path   "/dev/sda"   UTF-8, a NUL at the end on the wire
//   ay:text   "My network" (UTF-8)          ay:mac    "AA:BB:CC:00:11:22"
//   aay:path  a list of paths

import { isTable, tableOf } from "../doc.ts";
import type { DocValue } from "../plugin.ts";

export type BytesKind = "path" | "text" | "mac";

/** "ay:path" -> type ay, kind path; "u" -> type u, no kind. null: no such kind for this type. */
export function readTypeForm(
  text: string,
): { readonly type: string; readonly kind: BytesKind | null } | null {
  const [type = "", kind] = text.split(":", 2);
  if (kind === undefined) return { type, kind: null };
  if (kind !== "path" && kind !== "text" && kind !== "mac") return null;
  return type === "ay" || type === "aay" ? { type, kind } : null;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Bytes as a document value; total: what is not of this kind comes as {"$ay"}. */
export function bytesToDocument(bytes: Uint8Array, kind: BytesKind | null): DocValue {
  const text = kind === null ? null : readable(bytes, kind);
  return text ?? base64Of(bytes);
}

/** Document value to bytes; {"$ay"} is taken for every kind. */
export function bytesToWire(doc: DocValue, kind: BytesKind | null): { wire: Uint8Array } | { fault: string } {
  if (isTable(doc)) return fromBase64(doc["$ay"]);
  if (typeof doc !== "string" || kind === null) return { fault: 'expected bytes as { "$ay" = "base64" }' };
  if (kind === "mac") {
    if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){0,31}$/i.test(doc))
      return { fault: "expected a MAC as AA:BB:CC:00:11:22" };
    return { wire: new Uint8Array(Buffer.from(doc.replaceAll(":", ""), "hex")) };
  }
  if (!doc.isWellFormed()) return { fault: "the text is not valid Unicode" };
  if (kind === "path" && doc.includes("\0")) return { fault: "a path cannot contain a NUL" };
  return { wire: new Uint8Array(Buffer.from(kind === "path" ? `${doc}\0` : doc, "utf8")) };
}

function readable(bytes: Uint8Array, kind: BytesKind): string | null {
  if (kind === "mac") {
    if (bytes.length === 0 || bytes.length > 32) return null;
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0").toUpperCase()).join(":");
  }
  const end = kind === "path" && bytes.at(-1) === 0 ? bytes.length - 1 : bytes.length;
  if (kind === "path" && bytes.subarray(0, end).includes(0)) return null;
  try {
    return utf8.decode(bytes.subarray(0, end));
  } catch {
    return null;
  }
}

function base64Of(bytes: Uint8Array): DocValue {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return tableOf([["$ay", view.toString("base64")]]);
}

/** Canonical base64 only, so that one value has one text. */
function fromBase64(text: DocValue | undefined): { wire: Uint8Array } | { fault: string } {
  if (typeof text !== "string") return { fault: 'expected bytes as { "$ay" = "base64" }' };
  const bytes = Buffer.from(text, "base64");
  if (bytes.toString("base64") !== text) return { fault: "not valid base64 (RFC 4648, with padding)" };
  return { wire: new Uint8Array(bytes) };
}
