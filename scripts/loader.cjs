// The built command's first file, dist/main.cjs: runs the modules of dist/command.js, of which each is a function in one
// object, when they are required. V8 compiles a function when it is first called, and Node's compile cache keeps only what
// was compiled as a file was loaded. So this keeps its own beside it, one a command: what runs of that command compiled.
// It is written anew by a run that needed a module that no earlier one did. Nothing depends on it: what is missing,
// of another build or cut short is compiled as usual.
//
//   op-dbus.COMMAND.BUILD:   code cache of V8 | newline | names of the modules it knows, with commas between

"use strict";

const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const { Script } = require("node:vm");

/** Digest of dist/command.js: V8 itself compares no more than the length. */
const BUILD = "of this build";
/** At and above it stand usage errors and faults: they say nothing of what a command needs. */
const EXIT_STATUS_OF_FAULTS = 64;

const filename = join(__dirname, "command.js");
// ASCII (scripts/build.ts): a string of single bytes.
const source = readFileSync(filename, "latin1");
const folder = require("node:module").getCompileCacheDir();
const cacheName = `op-dbus.${/^[a-z-]{1,20}$/.exec(process.argv[2] ?? "") ?? ""}`;
const cached = folder === undefined ? null : readCache(join(folder, `${cacheName}.${BUILD}`));
const script = new Script(source, { filename, ...(cached && { cachedData: cached.data }) });
const modules = script.runInThisContext();
const loaded = new Map();

load("./main.cjs");

if (folder !== undefined)
  process.on("exit", (status) => {
    const known = new Set(script.cachedDataRejected === false ? cached.names : []);
    if (status < EXIT_STATUS_OF_FAULTS && [...loaded.keys()].some((name) => !known.has(name)))
      writeCache([...known.union(new Set(loaded.keys()))]);
  });

/** What `require` is to the modules. Node's own are remembered too: they are asked for where they are used, each time. */
function load(name) {
  const known = loaded.get(name);
  if (known !== undefined) return known.exports;
  const run = modules[name];
  const module = { exports: run === undefined ? require(name) : {} };
  loaded.set(name, module);
  run?.(module, module.exports, load, __dirname, filename);
  return module.exports;
}

function readCache(path) {
  try {
    const bytes = readFileSync(path);
    const end = bytes.lastIndexOf("\n");
    return { data: bytes.subarray(0, end), names: bytes.latin1Slice(end + 1).split(",") };
  } catch {
    return null;
  }
}

/** Appears whole: V8 believes what it finds in a cache. Those of other builds go. */
function writeCache(names) {
  const { readdirSync, renameSync, rmSync, writeFileSync } = require("node:fs");
  const own = `${cacheName}.${BUILD}`;
  const temporary = join(folder, `${own}.${process.pid}`);
  try {
    const bytes = Buffer.concat([script.createCachedData(), Buffer.from(`\n${names.join(",")}`)]);
    writeFileSync(temporary, bytes, { flag: "wx", mode: 0o600, flush: true });
    renameSync(temporary, join(folder, own));
    for (const name of readdirSync(folder))
      if (name.startsWith(`${cacheName}.`) && name !== own) rmSync(join(folder, name), { force: true });
  } catch {
    // A folder that cannot be written, a full disk: the next run compiles what this one did.
    rmSync(temporary, { force: true });
  }
}
