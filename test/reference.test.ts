// docs/reference/ is what the tables of the product say now, and says all of it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { referencePages } from "../scripts/reference.ts";
import { CODES } from "../src/base/codes.ts";
import { LIMITS } from "../src/base/limits.ts";
import { readPage } from "./support/page.ts";

for (const [file, text] of referencePages())
  test(`${file} is fresh (npm run reference)`, () => assert.equal(readPage(file), text));

test("every code and every limit has its place", () => {
  const pages = referencePages();
  const missing = [
    ...Object.keys(CODES).filter((code) => !pages.get("docs/reference/errors.md")!.includes(`### ${code}:`)),
    ...Object.keys(LIMITS).filter((name) => !pages.get("docs/reference/limits.md")!.includes(`| ${name} |`)),
  ];
  assert.deepEqual(missing, []);
});
