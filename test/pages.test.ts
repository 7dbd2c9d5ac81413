// The pages of the documentation do what they say: every console block is run on its stage and prints what stands there. The
// page on the D-Bus library is a program and has its own test.

import { globSync } from "node:fs";
import { root, testPage } from "./support/page.ts";

for (const file of globSync(["docs/guide/*.md", "docs/design/*.md"], { cwd: root }).sort()) testPage(file);
