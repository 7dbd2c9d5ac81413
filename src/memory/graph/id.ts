// Ids of concepts: 16 bytes. Three ways to make one, and they do not mix: from hex digits, from a content, and the way the
// original engine read text (only for its files and its clients).

import { createHash } from "node:crypto";
import { OpError } from "../../base/error.ts";
import { visible } from "../../base/visible.ts";
import type { ConceptId } from "../model.ts";

const ID_BYTES = 16;

/** From 2..32 hex digits of either case, an even number of them; a shorter id is filled with zeros at its end, as the original
 * engine does. Throws OPD4001. */
export function parseId(text: string): ConceptId {
  if (!/^(?:[0-9a-f]{2}){1,16}$/i.test(text))
    throw new OpError(
      "OPD4001",
      `id: ${visible(text.slice(0, 64))} is not 2 to 32 hex digits, an even number`,
    );
  return filled(Buffer.from(text, "hex"));
}

/** 32 lower-case hex digits. */
export function hexOf(id: ConceptId): string {
  return Buffer.from(id.buffer, id.byteOffset, id.length).toString("hex");
}

/** The first 16 bytes of the content's SHA-256: the same content is the same concept. */
export function idOfContent(content: Uint8Array): ConceptId {
  return filled(createHash("sha256").update(content).digest());
}

/**
 * What the original engine makes of any text: an odd number of hex digits gets a zero in front; at most 16 bytes count,
 * fewer are filled with zeros at the end; text that is no hex is its MD5. So "a" and "0a" are one id, and "beef" is never text.
 */
export function legacyId(text: string): ConceptId {
  const even = text.length % 2 === 1 ? `0${text}` : text;
  if (/^[0-9a-f]*$/i.test(even)) return filled(Buffer.from(even, "hex"));
  return filled(createHash("md5").update(text).digest());
}

function filled(bytes: Uint8Array): ConceptId {
  const id = new Uint8Array(ID_BYTES);
  id.set(bytes.subarray(0, ID_BYTES));
  return id;
}
