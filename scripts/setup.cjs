// Runs before `npm start`, `npm test` and the like: installs what package-lock.json names when it is not there yet.
// Plain CommonJS that any Node since 12 can parse, because it is what a stranger's old Node runs first. It installs
// the Node that the rest runs on (node-linux-*), without install scripts.
"use strict";
const { spawnSync } = require("child_process");
const { statSync } = require("fs");
const { join } = require("path");

const root = join(__dirname, "..");
function changedMs(file) {
  try {
    return statSync(join(root, file)).mtimeMs;
  } catch {
    return 0;
  }
}
if (changedMs("node_modules/.package-lock.json") < changedMs("package-lock.json")) {
  console.error("op-dbus: installing the packages that package-lock.json names (once)");
  const npm = process.env.npm_execpath;
  const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const done = npm
    ? spawnSync(process.execPath, [npm].concat(args), { cwd: root, stdio: ["ignore", 2, 2] })
    : spawnSync("npm", args, { cwd: root, stdio: ["ignore", 2, 2] });
  if (done.status !== 0) process.exit(done.status || 1);
}
