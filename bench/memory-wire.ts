// The memory's wire: microseconds a read of a concept of 140 characters over loopback TCP, on one connection one after the
// other beside a bare echo of the same sizes, on 16 connections, and with many under way on one connection (version 2).
// The server is a process of its own and answers from a table: what is measured is the wire.

import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { MemoryClient } from "../src/api/client/memory-client.ts";
import { encodeRequest, writeFrame } from "../src/api/memory/memory.ts";
import { MsgWriter } from "../src/base/msgpack-writer.ts";
import { best, figure, type Figure } from "./figure.ts";
import { ID, REPLY_BYTES, requestFrame } from "./memory-wire-frames.ts";

const UNDER_WAY = 256;
const HELLO = writeFrame(new MsgWriter(), null, (writer) =>
  encodeRequest(writer, { type: "Hello", version: 2 }),
);

export async function memoryWireBench(
  rounds: number,
  progress: (text: string) => void,
): Promise<readonly Figure[]> {
  const door = await start("door");
  const echo = await start("echo");
  const us = {
    echo: [] as number[],
    one: [] as number[],
    sixteen: [] as number[],
    echoes: [] as number[],
    many: [] as number[],
    client: [] as number[],
  };
  try {
    for (let round = 1; round <= rounds; round++) {
      progress(`memory-wire: round ${round} of ${rounds}`);
      us.echo.push(await inSequence(echo.port, 1, 4000));
      us.one.push(await inSequence(door.port, 1, 4000));
      us.echoes.push(await inSequence(echo.port, 16, 1000));
      us.sixteen.push(await inSequence(door.port, 16, 1000));
      us.many.push(await pipelined(door.port, 60_000));
      us.client.push(await withClient(door.port, 30_000));
    }
  } finally {
    door.process.kill();
    echo.process.kill();
  }
  const row = (work: string, values: readonly number[], peer: string, peers: readonly number[]) =>
    ({
      bench: "memory-wire",
      work,
      value: best(values),
      unit: "us/request",
      peer,
      peerValue: best(peers),
    }) as const;
  return [
    figure({
      ...row(
        "TCP, one connection in sequence (0.6x as many)",
        us.one,
        "bare echo of the same sizes",
        us.echo,
      ),
      goal: { timesMax: 1.67 },
    }),
    figure({
      ...row("TCP, 16 connections (15 K/s)", us.sixteen, "16 bare echoes", us.echoes),
      goal: { max: 66.7 },
    }),
    figure({
      ...row("TCP, one connection, 256 under way (60 K/s)", us.many, "one after the other", us.one),
      goal: { max: 16.7 },
    }),
    figure(row("the same with op-dbus/client, both ends counted", us.client, "frames made before", us.many)),
  ];
}

interface Started {
  readonly process: ChildProcess;
  readonly port: number;
}

async function start(what: "door" | "echo"): Promise<Started> {
  const child = fork(join(import.meta.dirname, "memory-wire-server.ts"), [what]);
  const [port] = (await once(child, "message")) as [number];
  return { process: child, port };
}

async function opened(port: number): Promise<Socket> {
  const socket = connect({ host: "127.0.0.1", port, noDelay: true });
  await once(socket, "connect");
  return socket;
}

/** Calls `each` once an answer of `sizeBytes`. */
function answers(socket: Socket, sizeBytes: number, each: () => void): void {
  let received = 0;
  socket.on("data", (chunk) => {
    received += chunk.length;
    for (; received >= sizeBytes; received -= sizeBytes) each();
  });
}

/** `count` requests on each of `connections`, each sent when the one before was answered. */
async function inSequence(port: number, connections: number, count: number): Promise<number> {
  const sockets = await Promise.all(Array.from({ length: connections }, () => opened(port)));
  const frame = requestFrame(null);
  const begun = performance.now();
  await Promise.all(
    sockets.map(
      (socket) =>
        new Promise<void>((resolve) => {
          let left = count;
          answers(socket, REPLY_BYTES, () => (--left === 0 ? resolve() : void socket.write(frame)));
          socket.write(frame);
        }),
    ),
  );
  const us = ((performance.now() - begun) * 1000) / (connections * count);
  for (const socket of sockets) socket.destroy();
  return us;
}

/** `count` requests, always 256 of them under way, their frames made before. */
async function pipelined(port: number, count: number): Promise<number> {
  const socket = await opened(port);
  socket.write(HELLO);
  await once(socket, "data");
  const frames = Buffer.concat(Array.from({ length: UNDER_WAY }, (_, index) => requestFrame(index + 1)));
  const frameBytes = frames.length / UNDER_WAY;
  const begun = performance.now();
  await new Promise<void>((resolve) => {
    let sent = UNDER_WAY;
    let received = 0;
    let due = 0;
    socket.on("data", (chunk) => {
      due += chunk.length;
      const whole = Math.floor(due / (REPLY_BYTES + 4));
      due -= whole * (REPLY_BYTES + 4);
      received += whole;
      if (received === count) return resolve();
      const more = Math.min(whole, count - sent);
      sent += more;
      if (more > 0) socket.write(frames.subarray(0, more * frameBytes));
    });
    socket.write(frames);
  });
  const us = ((performance.now() - begun) * 1000) / count;
  socket.destroy();
  return us;
}

async function withClient(port: number, count: number): Promise<number> {
  const client = new MemoryClient({ address: `127.0.0.1:${port}` });
  await client.health().catch(() => undefined);
  let left = count;
  const one = async (): Promise<void> => {
    while (left-- > 0) await client.concept(ID);
  };
  const begun = performance.now();
  await Promise.all(Array.from({ length: UNDER_WAY }, one));
  const us = ((performance.now() - begun) * 1000) / count;
  client.close();
  return us;
}
