// A service that keeps no rules: it says Hello, takes a name, and hands every call to the test, which answers with any
// message, several, or none. Our own exports would refuse most of what is tried here.

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import {
  encodeMessage,
  Framer,
  parseAddresses,
  type Message,
  type MessageFields,
} from "../../src/host/dbus/dbus.ts";

export interface RawService {
  readonly unique: string;
  readonly socket: Socket;
  send(fields: MessageFields): void;
  /** Bytes as they are. */
  write(bytes: Uint8Array): void;
  /** Told the serial of each call of ours that is answered, well or badly. */
  onReply(listener: (serial: number) => void): void;
  /** Answers a call once more, or for the first time. */
  reply(call: Message, signature?: string, body?: MessageFields["body"]): void;
  fail(call: Message, errorName: string, text: string): void;
  close(): void;
}

export type OnCall = (call: Message, service: RawService) => void;

const DRIVER = {
  destination: "org.freedesktop.DBus",
  path: "/org/freedesktop/DBus",
  interface: "org.freedesktop.DBus",
} as const;

/** Connects and owns `name` ("": none). */
export async function rawService(address: string, name: string, onCall: OnCall): Promise<RawService> {
  const [first] = parseAddresses(address);
  if (first?.transport !== "unix") throw new Error(`${address} is no unix socket`);
  const socket = connect(first.path);
  await once(socket, "connect");
  socket.on("error", () => undefined);
  const own = Promise.withResolvers<string>();
  const framer = new Framer();
  let serial = 0;
  let open = false;
  let told: ((answered: number) => void) | null = null;
  const service = {
    unique: "",
    socket,
    send: (fields: MessageFields) => void socket.write(encodeMessage(fields, ++serial)),
    write: (bytes: Uint8Array) => void socket.write(bytes),
    onReply: (listener: (answered: number) => void) => void (told = listener),
    reply: (call: Message, signature = "", body: MessageFields["body"] = []) =>
      service.send({ type: 2, replySerial: call.serial, destination: call.sender, signature, body }),
    fail: (call: Message, errorName: string, text: string) =>
      service.send({
        type: 3,
        replySerial: call.serial,
        destination: call.sender,
        errorName,
        signature: "s",
        body: [text],
      }),
    close: () => void socket.destroy(),
  };
  const driver = (member: string, signature = "", body: MessageFields["body"] = []): void =>
    service.send({ type: 1, ...DRIVER, member, signature, body });
  const take = (message: Message): void => {
    if (message.type === 1) return onCall(message, service);
    if (told !== null && message.replySerial !== undefined) return told(message.replySerial);
    if (message.type === 3) return own.reject(new Error(String(message.body()[0])));
    if (message.type !== 2) return;
    if (service.unique === "") {
      service.unique = String(message.body()[0]);
      if (name === "") own.resolve(service.unique);
      else driver("RequestName", "su", [name, 4]);
    } else own.resolve(service.unique);
  };
  let talk = "";
  socket.on("data", (chunk: Buffer) => {
    if (!open) {
      talk += chunk.toString("latin1");
      if (!/\r\nOK [0-9a-f]{32}\r\n$/.test(`\r\n${talk}`)) return;
      open = true;
      socket.write("BEGIN\r\n");
      return driver("Hello");
    }
    framer.push(chunk);
    for (let message = framer.next(); message !== null; message = framer.next()) take(message);
  });
  const uid = Buffer.from(String(process.getuid!())).toString("hex");
  socket.write(`\0AUTH EXTERNAL ${uid}\r\n`);
  await own.promise;
  return service;
}
