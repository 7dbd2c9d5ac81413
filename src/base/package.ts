// The installed package: where it lies, and which version it is.

import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** It starts where package.json lies, however deep in it this module was built to. */
export function packageDir(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder);
  return folder;
}

export function packageVersion(): string {
  const text = readFileSync(join(packageDir(), "package.json"), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}
