// Writes dist/: the sources without their types, and declarations. Nothing is bundled or copied: stack traces stay honest.

import { spawnSync } from "node:child_process";
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";

const root = fileURLToPath(new URL("..", import.meta.url));
const config = join(root, "tsconfig.build.json");
const tsc = join(root, "node_modules/.bin/tsc");

rmSync(join(root, "dist"), { recursive: true, force: true });
writeFileSync(
  config,
  JSON.stringify({
    extends: "./tsconfig.json",
    compilerOptions: { noEmit: false, rootDir: "." },
    include: ["src"],
    exclude: ["src/**/*.test.ts"],
  }),
);
const { status } = spawnSync(tsc, ["-p", config], { cwd: root, stdio: "inherit" });
rmSync(config, { force: true });
if (status !== 0) process.exit(status ?? 1);

const files = readdirSync(join(root, "dist"), { recursive: true }).filter((name) =>
  String(name).endsWith(".js"),
);
process.stdout.write(`dist: ${files.length} modules\n`);
