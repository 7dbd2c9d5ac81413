// The two ends of the memory's wire for tests: a door before a fake memory, and a client that sends bytes as it is told and
// keeps what comes.

import { encode } from "@msgpack/msgpack";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { decodeReply, FrameReader, type MemoryDoor, type MemoryReply } from "../../src/api/memory/memory.ts";
import { systemClock, type Clock } from "../../src/base/clock.ts";
import {
  listenMemory,
  type MemoryRules,
  type MemoryServer,
  type MemoryServerOptions,
} from "../../src/server/tcp.ts";
import { fakeMemory, type FakeMemory } from "../support/fake-memory.ts";

const RULES: MemoryRules = {
  address: { kind: "tcp", host: "127.0.0.1", port: 0 },
  tokenKey: null,
  tls: null,
  encoding: "hybrid",
  rate: { perSecond: 100, burst: 200 },
};

export interface Opened {
  readonly server: MemoryServer;
  readonly memory: FakeMemory;
  readonly port: number;
  readonly logged: string[];
}

export async function opened(
  rules: Partial<MemoryRules> = {},
  limits: MemoryServerOptions["limits"] = {},
  clock: Clock = systemClock,
  door?: MemoryDoor,
): Promise<Opened> {
  const memory = fakeMemory();
  const logged: string[] = [];
  const note = (msg: string, fields: object = {}): void =>
    void logged.push(`${msg} ${JSON.stringify(fields)}`);
  const server = await listenMemory({
    rules: { ...RULES, ...rules },
    door: door ?? memory,
    clock,
    log: { debug: note, info: note, warn: note, error: note },
    limits,
  });
  return { server, memory, port: Number(server.address.split(":").at(-1)), logged };
}

/** Version 1; with an id version 2. */
export function framed(message: unknown, id?: number): Buffer {
  const body = Buffer.from(encode(message));
  const idBytes = id === undefined ? 0 : 4;
  const frame = Buffer.alloc(4 + idBytes + body.length);
  frame.writeUInt32BE(idBytes + body.length);
  if (id !== undefined) frame.writeUInt32BE(id, 4);
  body.copy(frame, 4 + idBytes);
  return frame;
}

export function announcing(sizeBytes: number): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(sizeBytes);
  return head;
}

export interface Raw {
  readonly socket: Socket;
  send(...parts: readonly Uint8Array[]): void;
  /** The next frame's bytes; null = the connection ended. */
  frame(): Promise<Buffer | null>;
  /** The next frame as a reply of version 1. */
  reply(): Promise<MemoryReply>;
  /** The next frame as a reply of version 2. */
  answer(): Promise<{ readonly id: number; readonly reply: MemoryReply }>;
  /** Resolves when the other side ended it. */
  readonly closed: Promise<void>;
}

export async function raw(to: number | string | Socket): Promise<Raw> {
  const socket =
    typeof to === "number" ? connect(to, "127.0.0.1") : typeof to === "string" ? connect(to) : to;
  if (socket.connecting) await once(socket, "connect");
  return wrapped(socket);
}

function wrapped(socket: Socket): Raw {
  const reader = new FrameReader(200 * 1024 * 1024);
  let wake: (() => void) | null = null;
  let ended = false;
  socket.on("data", (chunk: Buffer) => {
    reader.push(chunk);
    wake?.();
  });
  socket.on("error", () => undefined);
  const closed = new Promise<void>((resolve) =>
    socket.once("close", () => {
      ended = true;
      wake?.();
      resolve();
    }),
  );
  async function frame(): Promise<Buffer | null> {
    for (;;) {
      const next = reader.next();
      if (next?.kind === "frame") return next.bytes;
      if (ended) return null;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  }
  async function sure(): Promise<Buffer> {
    const bytes = await frame();
    if (bytes === null) throw new Error("the connection ended before the answer");
    return bytes;
  }
  return {
    socket,
    send: (...parts) => void socket.write(Buffer.concat(parts)),
    frame,
    reply: async () => decodeReply(await sure()),
    async answer() {
      const bytes = await sure();
      return { id: bytes.readUInt32BE(0), reply: decodeReply(bytes.subarray(4)) };
    },
    closed,
  };
}

/** Resolves when `holds`: it will, or the test's own deadline passes. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}
