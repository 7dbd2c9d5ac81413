// A bus that says exactly what a test wants: it authenticates a client, answers Hello, and hands everything else to the
// test, which may write any bytes. For what a real bus would never send.

import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import {
  connect,
  encodeMessage,
  Framer,
  type Call,
  type Connection,
  type ConnectOptions,
  type Message,
  type MessageFields,
} from "../../src/host/dbus/dbus.ts";
import { ServerAuth } from "../../src/host/dbus/auth.ts";

export const FAKE_GUID = "0123456789abcdef0123456789abcdef";

export interface FakePeer {
  readonly socket: Socket;
  /** Everything the client sent after Hello and GetId. */
  readonly received: Message[];
  send(fields: MessageFields): void;
  /** An empty or given reply to a call. */
  reply(call: Message, signature?: string, body?: MessageFields["body"]): void;
}

export interface FakeBus {
  readonly address: string;
  readonly directory: string;
  readonly peers: readonly FakePeer[];
  close(): Promise<void>;
}

export interface FakeBusOptions {
  /** Asked for each message after Hello. Default: AddMatch and RemoveMatch are answered, the rest is not. */
  readonly onMessage?: (message: Message, peer: FakePeer) => void;
  /** Takes over a fresh connection instead of the dialogue. */
  readonly onSocket?: (socket: Socket) => void;
  /** Writes one byte at a time. */
  readonly byteByByte?: boolean;
}

export async function fakeBus(options: FakeBusOptions = {}): Promise<FakeBus> {
  const directory = mkdtempSync(join(tmpdir(), "op-dbus-fake-"));
  const path = join(directory, "bus");
  const peers: FakePeer[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    if (options.onSocket !== undefined) return options.onSocket(socket);
    peers.push(speak(socket, options));
  });
  server.listen(path);
  await once(server, "listening");
  return {
    address: `unix:path=${path}`,
    directory,
    peers,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function speak(socket: Socket, options: FakeBusOptions): FakePeer {
  const auth = new ServerAuth(FAKE_GUID, new Set(["0"]));
  const framer = new Framer();
  let serial = 0;
  let open = false;
  const write = (bytes: Buffer): void => {
    if (options.byteByByte !== true) return void socket.write(bytes);
    for (const byte of bytes) socket.write(Buffer.of(byte));
  };
  const peer: FakePeer = {
    socket,
    received: [],
    send: (fields) => write(encodeMessage(fields, ++serial)),
    reply(call, signature = "", body = []) {
      peer.send({ type: 2, replySerial: call.serial, sender: "org.freedesktop.DBus", signature, body });
    },
  };
  socket.on("data", (chunk: Buffer) => {
    let rest: Buffer | null = chunk;
    if (!open) {
      const step = auth.push(chunk);
      write(Buffer.from(step.reply, "latin1"));
      rest = step.rest;
      open = rest !== null;
    }
    if (rest === null) return;
    framer.push(rest);
    for (let message = framer.next(); message !== null; message = framer.next()) {
      if (message.member === "Hello") peer.reply(message, "s", [":1.7"]);
      else if (message.member === "GetId") peer.reply(message, "s", [FAKE_GUID]);
      else {
        peer.received.push(message);
        if (options.onMessage !== undefined) options.onMessage(message, peer);
        else if (message.member === "AddMatch" || message.member === "RemoveMatch") peer.reply(message);
      }
    }
  });
  return peer;
}

export const CALL: Call = { destination: "a.b", path: "/", interface: "a.b", member: "Get" };
export const SIGNAL = { type: 4, path: "/", interface: "a.b", member: "Said", sender: ":1.9" } as const;

/** A client on a bus of its own; both end with the test. */
export async function withFake(
  t: TestContext,
  options: FakeBusOptions = {},
  more: Partial<ConnectOptions> = {},
): Promise<{ bus: FakeBus; client: Connection; peer: FakePeer }> {
  const bus = await fakeBus(options);
  const client = await connect({ address: bus.address, ...more });
  t.after(async () => {
    await client.close();
    await bus.close();
  });
  return { bus, client, peer: bus.peers[0]! };
}

/** Until the listeners of what was sent before have run. */
export async function settled(client: Connection): Promise<void> {
  await client.call({ ...CALL, member: "Get" });
}

/** Every call is answered at once, without results. */
export const answering: FakeBusOptions = {
  onMessage(message, peer) {
    if (message.type === 1) peer.reply(message);
  },
};
