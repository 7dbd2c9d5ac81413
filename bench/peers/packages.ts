// Packages of npm that only a bench needs, installed into a cache outside the tree: they are no part of the product, and
// a machine without a network reports them as absent.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { prepared } from "./build.ts";

/** How to load what was installed, or why there is nothing. */
export type Packages = { readonly load: (name: string) => unknown } | { readonly absent: string };

const INSTALL_DEADLINE_MS = 120_000;

/** Installs exactly these versions (name -> version) once; no script of theirs is run. */
export function packages(cacheName: string, versions: Readonly<Record<string, string>>): Packages {
  const folder = join(prepared(), cacheName);
  const manifest = join(folder, "package.json");
  const installed = join(folder, "installed");
  const wanted = JSON.stringify({ private: true, dependencies: versions });
  if (!existsSync(installed) || readFileSync(installed, "utf8") !== wanted) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(manifest, wanted);
    const args = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"];
    const done = spawnSync("npm", args, { cwd: folder, encoding: "utf8", timeout: INSTALL_DEADLINE_MS });
    if (done.status !== 0) return { absent: `npm could not install ${Object.keys(versions).join(", ")}` };
    writeFileSync(installed, wanted);
  }
  const load = createRequire(manifest);
  return { load: (name) => load(name) as unknown };
}
