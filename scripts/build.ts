// Writes dist/. `tsc` makes dist/src: one module a source, with declarations, for programs that use `op-dbus/dbus`.
// rolldown makes dist/main.cjs, the command, in few files: Node needs half a millisecond to load a module, and a query
// would load two hundred; as CommonJS, because an `import` of node:fs loads all of its streams too. Nothing is renamed.

import { spawnSync } from "node:child_process";
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rolldown } from "rolldown";

const root = join(import.meta.dirname, "..");
const dist = join(root, "dist");
const config = join(root, "tsconfig.build.json");
rmSync(dist, { recursive: true, force: true });

writeFileSync(
  config,
  JSON.stringify({
    extends: "./tsconfig.json",
    compilerOptions: { noEmit: false, rootDir: "." },
    include: ["src"],
    exclude: ["src/**/*.test.ts"],
  }),
);
const { status } = spawnSync(join(root, "node_modules/.bin/tsc"), ["-p", config], {
  cwd: root,
  stdio: "inherit",
});
rmSync(config, { force: true });
if (status !== 0) process.exit(status ?? 1);

const command = await rolldown({ input: join(root, "src/main.ts"), platform: "node", logLevel: "silent" });
const { output } = await command.write({
  dir: dist,
  format: "cjs",
  comments: false,
  entryFileNames: "[name].cjs",
  chunkFileNames: "command/[name].cjs",
  // What every operation needs lies in one file; the command line alone, as for help, does without it.
  codeSplitting: {
    groups: [{ name: "machine", test: /\/src\/(state|plugin|host|app\/(?!operations))|valibot/ }],
  },
});

const modules = readdirSync(join(dist, "src"), { recursive: true }).filter((name) =>
  String(name).endsWith(".js"),
);
process.stdout.write(`dist: ${modules.length} modules, the command in ${output.length} files\n`);
