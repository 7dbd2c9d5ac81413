// The first file of the built command (scripts/loader.cjs) and the code cache it keeps: written once, again only for modules
// that are new to it, and never in the way of the command itself.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

const root = join(import.meta.dirname, "../..");

/** A command of three modules: says its first argument and its file, with MORE=1 by one module more, with PACKAGE=1
 * what a package does, and exits with STATUS. */
const COMMAND = `"use strict";
({
"./main.cjs"(module, exports, require, __dirname, __filename) {
  const { say } = require("./say.cjs");
  if (process.env.MORE === "1") require("./more.cjs").more();
  say(require("node:path").relative(__dirname, __filename));
  if (process.env.PACKAGE === "1") say(require("other").other);
  process.exitCode = Number(process.env.STATUS ?? 0);
},
"./say.cjs"(module, exports) {
  exports.say = (text) => console.log(process.argv[2], text);
},
"./more.cjs"(module, exports, require) {
  exports.more = () => require("./say.cjs").say("more");
},
});
`;

interface Built {
  /** Runs it, and asserts that it said what it should. */
  op(env?: Readonly<Record<string, string>>): void;
  /** Its caches; another inode is one that was written anew. */
  caches(): readonly { readonly name: string; readonly inode: number; readonly names: string }[];
  /** The folder they are in. */
  folder(): string;
}

function built(work: (built: Built) => void): () => void {
  return () => {
    const scratch = mkdtempSync(join(tmpdir(), "op-dbus-loader-"));
    const dist = join(scratch, "dist");
    const cache = join(scratch, "cache");
    for (const folder of [dist, cache]) mkdirSync(folder);
    copyFileSync(join(root, "scripts/loader.cjs"), join(dist, "main.cjs"));
    writeFileSync(join(dist, "command.js"), COMMAND);
    mkdirSync(join(scratch, "node_modules/other"), { recursive: true });
    writeFileSync(join(scratch, "node_modules/other/index.js"), 'exports.other = "packaged";\n');
    const folder = (): string => join(cache, readdirSync(cache)[0]!);
    const op = (env: Readonly<Record<string, string>> = {}): void => {
      const { stdout, stderr, status } = spawnSync(process.execPath, [join(dist, "main.cjs"), "query"], {
        encoding: "utf8",
        env: { NODE_COMPILE_CACHE: cache, ...env },
      });
      const said = [env["MORE"] && "more", "command.js", env["PACKAGE"] && "packaged"].filter(Boolean);
      assert.deepEqual(
        [stderr, stdout, status],
        ["", said.map((word) => `query ${word}\n`).join(""), Number(env["STATUS"] ?? 0)],
      );
    };
    const caches = () =>
      readdirSync(folder())
        .filter((name) => name.startsWith("op-dbus."))
        .map((name) => {
          const path = join(folder(), name);
          const text = readFileSync(path, "latin1");
          return { name, inode: statSync(path).ino, names: text.slice(text.lastIndexOf("\n") + 1) };
        });
    try {
      work({ op, caches, folder });
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  };
}

test(
  "the first run writes a cache, and again only a run that needs more modules does",
  built(({ op, caches }) => {
    op();
    const first = caches();
    assert.deepEqual(
      first.map(({ names }) => names),
      ["./main.cjs,./say.cjs,node:path"],
    );
    op();
    assert.deepEqual(caches(), first);
    op({ MORE: "1" });
    const grown = caches();
    assert.deepEqual(
      grown.map(({ names }) => names),
      ["./main.cjs,./say.cjs,node:path,./more.cjs"],
    );
    op();
    op({ MORE: "1" });
    assert.deepEqual(caches(), grown);
    op({ PACKAGE: "1" });
    assert.match(caches()[0]!.names, /,other$/);
  }),
);

test(
  "a run that was refused or failed writes none",
  built(({ op, caches }) => {
    op({ STATUS: "64" });
    assert.deepEqual(caches(), []);
    op({ STATUS: "3" });
    assert.equal(caches().length, 1);
  }),
);

test(
  "a cache that is cut short or no cache is written anew, and those of other builds go",
  built(({ op, caches, folder }) => {
    op();
    const [{ name } = { name: "" }] = caches();
    const whole = readFileSync(join(folder(), name));
    const names = whole.subarray(whole.lastIndexOf("\n"));
    const damages = [
      Buffer.alloc(0),
      Buffer.from("no cache at all"),
      whole.subarray(0, whole.length / 2),
      Buffer.concat([whole.subarray(0, 64), names]),
      Buffer.concat([whole.subarray(0, whole.length / 2), names]),
    ];
    for (const damaged of damages) {
      writeFileSync(join(folder(), name), damaged);
      writeFileSync(join(folder(), "op-dbus.query.of another"), "");
      writeFileSync(join(folder(), "op-dbus.apply.of another"), "");
      op();
      const [apply, query, ...more] = caches();
      assert.deepEqual([apply?.name, query?.name, more], ["op-dbus.apply.of another", name, []]);
      assert.equal(query?.names, "./main.cjs,./say.cjs,node:path");
    }
  }),
);

test(
  "where none can be written or is wanted the command runs all the same",
  built(({ op, caches, folder }) => {
    op();
    const [{ name } = { name: "" }] = caches();
    rmSync(join(folder(), name));
    mkdirSync(join(folder(), name));
    op();
    assert.deepEqual(readdirSync(join(folder(), name)), []);
    assert.equal(readdirSync(folder()).filter((each) => each.startsWith(`${name}.`)).length, 0);
    op({ NODE_DISABLE_COMPILE_CACHE: "1" });
  }),
);
