// Applies five.json and is killed on the way: node test/crash/applier.ts PATH POINT [half]. Points are counted from the
// moment the plan is shown: before each changing operation of the disk, and around each call on the bus (before it is
// sent, when it is on its way, when it is answered). `half`: POINT counts changing operations of the disk from the start,
// and a write does half of its work before. Ends by itself at POINT 0 and prints both counts.

import { readFileSync } from "node:fs";
import { Connection } from "../../src/host/dbus/connection.ts";
import { systemDisk } from "../../src/store/file/file.ts";
import { faultyDisk } from "../support/fault-disk.ts";
import { applyRequest, appFor, listener } from "./two-services.ts";

const [path = "", pointText = "0", mode = ""] = process.argv.slice(2);
const at = Number(pointText);
const half = mode === "half";
let counting = false;
let points = 0;

function point(): void {
  if (counting && ++points === at && !half) process.kill(process.pid, "SIGKILL");
}

const { call } = Connection.prototype;
Connection.prototype.call = function around(given) {
  point();
  const answered = call.call(this, given);
  setImmediate(point);
  return answered.finally(point);
};

const disk = faultyDisk(systemDisk, half ? { at, errno: "KILL", half: true } : null, point);
const app = appFor(process.env, disk);
const talk = listener(({ type }) => {
  if (type === "planned") counting = true;
});
await app.invoke("apply", applyRequest(readFileSync(path, "utf8")), talk);
counting = false;
await app.close();
const writes = disk.operations.flatMap((name, n) => (name.startsWith("write") ? [n + 1] : []));
console.log(JSON.stringify({ points, operations: disk.operations.length, writes }));
