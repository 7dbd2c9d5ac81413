// Puts the command together: rolldown cuts src/main.ts and all it imports into parts, which become functions in one file,
// dist/command.js: Node needs half a millisecond to load a module, and a query would load two hundred. dist/main.cjs
// (loader.cjs) runs what is needed of them. As CommonJS, because an `import` of node:fs loads all of its streams too.
// Nothing is renamed.

import { hash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rolldown, type Plugin } from "rolldown";

const root = join(import.meta.dirname, "..");

/** Modules of Node are loaded where they are first used: a query needs no crypto, help needs no readline, and each of
 * them costs milliseconds. What is left of a name that no longer stands at the top is a call of `require` in its place. */
const late: Plugin = {
  name: "late",
  renderChunk(code) {
    const modules = [...code.matchAll(/^let (node_\w+) = require\("(node:[\w/]+)"\);\n/gm)];
    return modules.reduce((text, [line, name, module]) => {
      const rest = text
        .replace(line, "")
        .replaceAll(new RegExp(`\\b${name}\\.`, "g"), `(require("${module}")).`); // in parentheses for `new`
      if (new RegExp(`\\b${name}\\b`).test(rest)) throw new Error(`${module} is used as a whole`);
      return rest;
    }, code);
  },
};

/** Writes both files into `dist`, a folder of the package; how many parts there are. */
export async function buildCommand(dist: string): Promise<number> {
  const command = await rolldown({
    input: join(root, "src/main.ts"),
    platform: "node",
    logLevel: "silent",
    plugins: [late],
    // Without measuring: see src/telemetry/measured.ts.
    ...(process.env["OP_DBUS_MEASURED"] === "off" && {
      transform: { define: { OP_DBUS_MEASURED: "false" } },
    }),
    optimization: { inlineConst: true },
  });
  // Cut where something is imported dynamically: what a command does not need is not run.
  const { output } = await command.generate({
    format: "cjs",
    comments: false,
    // Of a package that may be missing; what runs in a Script cannot import.
    dynamicImportInCjs: false,
    entryFileNames: "[name].cjs",
    chunkFileNames: "[name].cjs",
  });
  const chunks = output.map((chunk) => {
    if (chunk.type !== "chunk") throw new Error(`${chunk.fileName} is no code`);
    return `"./${chunk.fileName}"(module, exports, require, __dirname, __filename) {\n${chunk.code}}`;
  });
  // One byte a character: half the time to read it. Outside of strings and patterns nothing else stands in our sources.
  const pack = `"use strict";\n({\n${chunks.join(",\n")}\n});\n`.replaceAll(
    /[^\0-\x7f]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  writeFileSync(join(dist, "command.js"), pack);
  const loader = readFileSync(join(root, "scripts/loader.cjs"), "utf8");
  const build = hash("sha256", pack).slice(0, 16);
  writeFileSync(join(dist, "main.cjs"), loader.replace("of this build", build));
  return output.length;
}
