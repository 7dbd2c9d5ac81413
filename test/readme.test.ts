// The README is true: its blocks run and print what it says, what it tells a person to type exists, and its links lead
// somewhere.

import assert from "node:assert/strict";
import { existsSync, globSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { readPage, root, testPage } from "./support/page.ts";

testPage("README.md");

test("the scripts that the README names exist", () => {
  const { scripts } = JSON.parse(readPage("package.json")) as { scripts: Readonly<Record<string, string>> };
  const named = [...readPage("README.md").matchAll(/\bnpm (?:run )?(start|test|(?<=run )\w+)/g)].map(
    (found) => found[1]!,
  );
  assert.notEqual(named.length, 0);
  assert.deepEqual(
    named.filter((name) => scripts[name] === undefined),
    [],
  );
});

test("every relative link of every page leads to a file", () => {
  const pages = globSync(["*.md", "docs/**/*.md", "examples/*.md"], { cwd: root });
  const broken = pages.flatMap((page) =>
    [...readPage(page).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)]
      .map((found) => join(dirname(page), found[1]!))
      .filter((target) => !existsSync(join(root, target)))
      .map((target) => `${page}: ${target}`),
  );
  assert.notEqual(pages.length, 0);
  assert.deepEqual(broken, []);
});
