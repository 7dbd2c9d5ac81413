// A bad document as a row of a table: a name, the files, and every fault as `file:line:column code message @ address
// ? hint`. The snippet of a fault is checked against the text itself.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Fault } from "../../src/base/error.ts";
import { LIMITS } from "../../src/base/limits.ts";
import { bindDocument } from "../../src/state/document/bind.ts";
import { parseDocument } from "../../src/state/document/document.ts";
import type { DocumentSource } from "../../src/state/model.ts";
import { SCHEMAS } from "./document-schemas.ts";

export type File = readonly [file: string, text: string];
export type BadDocument = readonly [name: string, files: readonly File[], faults: readonly string[]];

/** The files as sources; a file's ending decides its format. */
export function sourcesOf(files: readonly File[]): DocumentSource[] {
  return files.map(([file, text]) => ({ file, format: file.endsWith(".toml") ? "toml" : "json", text }));
}

/** All faults of all files. */
export function faultsOf(files: readonly File[]): readonly Fault[] {
  const sources = sourcesOf(files);
  const { raw, faults } = parseDocument(sources);
  return raw === null ? faults : [...faults, ...bindDocument(raw, SCHEMAS, sources).faults];
}

/** A fault on one line. */
function faultLine({ at, code, message, snippet, address, hint }: Fault): string {
  const place = `${at?.file}:${at?.line}:${at?.column}`;
  const parts = [address === undefined ? "" : ` @ ${address}`, hint === undefined ? "" : ` ? ${hint}`];
  return `${place} ${code} ${message}${snippet === undefined ? " [no snippet]" : ""}${parts.join("")}`;
}

/** A test for each row. */
export function testBadDocuments(rows: readonly BadDocument[]): void {
  for (const [name, files, expected] of rows) {
    test(`bad document: ${name}`, () => {
      const faults = faultsOf(files);
      assert.deepEqual(faults.map(faultLine), expected);
      for (const { at, snippet } of faults) {
        const text = files.find(([file]) => file === at?.file)?.[1] ?? "";
        // Splitting a text of 100 MB into lines would be the slowest part of the suite.
        if (snippet === undefined || text.length > 10_000) continue;
        const line = text.split(/\r?\n/)[(at?.line ?? 0) - 1] ?? "";
        if (line.length <= LIMITS.snippetCharsMax) assert.equal(snippet, line);
        else assert.ok(line.includes(snippet.replaceAll(/^…|…$/g, "")), snippet);
      }
    });
  }
}
