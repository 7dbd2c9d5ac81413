// Many connections that mean no good, in a process of their own (half of all descriptors are theirs): each announces 100 MiB
// and sends little of it, or a request slowly, or nothing. Arguments: port, how many. Says "ready" to its parent.

import { connect, type Socket } from "node:net";
import { announcing, framed } from "./raw.ts";

const [port, count] = process.argv.slice(2).map(Number) as [number, number];
const sockets: Socket[] = [];
const little: readonly Buffer[] = [
  Buffer.concat([announcing(100 * 1024 * 1024), Buffer.alloc(1000)]),
  framed("HealthCheck").subarray(0, 6),
  Buffer.alloc(0),
  announcing(0xffff_ffff),
];

function one(index: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.write(little[index % little.length]!);
      resolve();
    });
    socket.once("error", reject);
    socket.resume();
    sockets.push(socket);
  });
}

for (let begun = 0; begun < count; begun += 250)
  await Promise.all(Array.from({ length: Math.min(250, count - begun) }, (_, index) => one(begun + index)));
process.send!("ready");
process.once("disconnect", () => process.exit());
