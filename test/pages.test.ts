// The pages of the guide do what they say: every console block is run on its stage and prints what stands there. The page
// on the D-Bus library is a program and has its own test.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { root, testPage } from "./support/page.ts";

for (const file of readdirSync(join(root, "docs/guide"))) {
  if (file.endsWith(".md") && file !== "dbus.md") testPage(`docs/guide/${file}`);
}
