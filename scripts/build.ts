// Writes dist/. `tsc` makes dist/src: one module a source, with declarations, for programs that use `op-dbus/dbus`.
// rolldown makes dist/main.cjs, the command, in few files: Node needs half a millisecond to load a module, and a query
// would load two hundred; as CommonJS, because an `import` of node:fs loads all of its streams too. Nothing is renamed.

import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rolldown, type Plugin } from "rolldown";
import { writeManPages } from "./man.ts";

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

/** Modules of Node are loaded where they are first used: a query needs no crypto, help needs no readline, and each of
 * them costs milliseconds. What is left of a name that no longer stands at the top is a call of `require` in its place. */
const late: Plugin = {
  name: "late",
  renderChunk(code) {
    const modules = [...code.matchAll(/^let (node_\w+) = require\("(node:[\w/]+)"\);\n/gm)];
    return modules.reduce((text, [line, name, module]) => {
      const rest = text
        .replace(line, "")
        .replaceAll(new RegExp(`\\b${name}\\.`, "g"), `require("${module}").`);
      if (new RegExp(`\\b${name}\\b`).test(rest)) throw new Error(`${module} is used as a whole`);
      return rest;
    }, code);
  },
};

const machineModules =
  /\/src\/(state|plugin|host|app\/(addresses|app|approvals?|daemon\/borrowed|bus-names|foreign|lock|named|operator-log|parts|planned|probes|saved-plan|scope|secret|session|shelf|telemetry\/(model|telemetry)|traffic|wishes)\.)|valibot/;

const command = await rolldown({
  input: join(root, "src/main.ts"),
  platform: "node",
  logLevel: "silent",
  plugins: [late],
  // Without measuring: see src/telemetry/measured.ts.
  ...(process.env["OP_DBUS_MEASURED"] === "off" && { transform: { define: { OP_DBUS_MEASURED: "false" } } }),
  optimization: { inlineConst: true },
});
const { output } = await command.write({
  dir: dist,
  format: "cjs",
  comments: false,
  entryFileNames: "[name].cjs",
  chunkFileNames: "command/[name].cjs",
  // Few files, by who needs them; a group takes along what its modules import, unless a more important one has it.
  codeSplitting: {
    groups: [
      // The command line and every operation: help does without the rest.
      {
        name: "ground",
        test: /\/src\/(base\/(clock|codes|error|limits|nearest|package|visible)|api\/api)\./,
        priority: 3,
      },
      // What operations on the machine share.
      { name: "machine", test: machineModules, priority: 2 },
      // Every start that finds a journal: did a crash leave something?
      {
        name: "journal",
        test: /\/src\/(store\/(file|log|journal)|app\/records\/(peek|pending|recorder|recovery|same-bus))\b/,
        priority: 1,
      },
      // What changes the machine, and what was changed.
      { name: "records", test: /\/src\/(store|fleet|app\/(applying|records))\b/ },
    ],
  },
});

// V8 compiles a function when it is first called, and Node's compile cache keeps only what was compiled when a file was
// loaded: without more, a third of a query is the compiling of what the last one compiled too. So with a cache all of
// these files is compiled as it is loaded, and the first line goes back to what is usual: Node's own modules must be
// compiled as its own cache has them.
for (const name of ["machine", "journal", "records"]) {
  const file = join(dist, `command/${name}.cjs`);
  const eager = join(dist, `command/${name}-eager.cjs`);
  renameSync(file, eager);
  writeFileSync(eager, `require("node:v8").setFlagsFromString("--lazy");\n${readFileSync(eager, "utf8")}`);
  writeFileSync(
    file,
    `if (require("node:module").getCompileCacheDir() !== undefined) require("node:v8").setFlagsFromString("--no-lazy");
module.exports = require("./${name}-eager.cjs");
`,
  );
}

const modules = readdirSync(join(dist, "src"), { recursive: true }).filter((name) =>
  String(name).endsWith(".js"),
);
const pages = writeManPages(join(dist, "man/man1"));
process.stdout.write(
  `dist: ${modules.length} modules, the command in ${output.length} files, ${pages} manual pages\n`,
);
