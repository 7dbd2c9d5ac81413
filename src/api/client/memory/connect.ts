// Making a connection to a memory: the socket with TLS, the token, and the version. A server of the first protocol answers
// Hello with an error, with nothing, or by closing; then it is asked in version 1, on a new connection where needed.

import { connect as connectSocket, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { OpError } from "../../../base/error.ts";
import { LIMITS } from "../../../base/limits.ts";
import { Link } from "./link.ts";

export interface MemoryPlace {
  /** `127.0.0.1:50051`, `[::1]:50051`, `NAME:50051` or `unix:/PATH`. */
  readonly address: string;
  /** Asked for anew for each connection: tokens end. */
  readonly token?: () => string;
  /** PEM. `authorities`: whom to trust, in place of those of the system. `name`: whose certificate it must be. */
  readonly tls?: {
    readonly authorities?: string;
    readonly certificate?: string;
    readonly key?: string;
    readonly name?: string;
  };
  /** 1: Hello is not tried. */
  readonly version?: 1 | 2;
  readonly connectDeadlineMs?: number;
  readonly helloDeadlineMs?: number;
}

/** Rejects with OPD4510. */
export async function openLink(place: MemoryPlace): Promise<Link> {
  const link = new Link(await admitted(place));
  if (place.version === 1) return link;
  const understood = await hello(link, place.helloDeadlineMs ?? LIMITS.memoryClientHelloDeadlineMs);
  if (understood === 2) link.upgrade();
  return link.broken ? new Link(await admitted(place)) : link;
}

/** The version that the other side agreed to. The link is broken when it did not answer. */
async function hello(link: Link, deadlineMs: number): Promise<number> {
  const { reply } = link.ask({ type: "Hello", version: 2 });
  const late = setTimeout(() => link.close("Hello was not answered"), deadlineMs);
  try {
    const answer = await reply;
    return answer.type === "HelloOk" ? answer.version : 1;
  } catch {
    return 1;
  } finally {
    clearTimeout(late);
  }
}

/** A socket on which requests may be sent. */
function admitted(place: MemoryPlace): Promise<Socket> {
  const { address, token, tls } = place;
  return new Promise((resolve, reject) => {
    const socket = connected(address, tls);
    const fail = (why: string): void => {
      clearTimeout(late);
      socket.destroy();
      reject(new OpError("OPD4510", `${address}: ${why}`, { where: address, now: "nothing was sent" }));
    };
    const late = setTimeout(
      () => fail("no connection in time"),
      place.connectDeadlineMs ?? LIMITS.memoryClientConnectDeadlineMs,
    );
    const done = (): void => {
      clearTimeout(late);
      socket.removeListener("error", failed).removeListener("close", closed);
      resolve(socket);
    };
    const failed = (error: Error): void => fail(error.message.trim());
    const closed = (): void => fail(token === undefined ? "the connection ended" : "the token was refused");
    socket.on("error", failed).once("close", closed);
    socket.setNoDelay(true);
    socket.once(tls === undefined ? "connect" : "secureConnect", () => {
      if (token === undefined) return done();
      const text = Buffer.from(token());
      const head = Buffer.alloc(4);
      head.writeUInt32BE(text.length);
      socket.write(Buffer.concat([head, text]));
      // It says one byte, and nothing more before it is asked. TLS is readable also when it has nothing to say.
      socket.on("readable", function taken() {
        const byte = socket.read(1) as Buffer | null;
        if (byte === null) return;
        socket.removeListener("readable", taken);
        if (byte[0] === 1) done();
        else fail("it does not speak this protocol");
      });
    });
  });
}

function connected(address: string, tls: MemoryPlace["tls"]): Socket {
  const path = /^unix:(\/.+)$/s.exec(address)?.[1];
  const [, six, other, port] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(address) ?? [];
  const host = six ?? other ?? "";
  if (path === undefined && host === "")
    throw new OpError("OPD4510", "the address of a memory is HOST:PORT or unix:/PATH", { where: address });
  const place = path === undefined ? { host, port: Number(port) } : { path };
  if (tls === undefined) return connectSocket(place);
  return connectTls({
    ...place,
    ...(tls.authorities === undefined ? {} : { ca: tls.authorities }),
    ...(tls.certificate === undefined ? {} : { cert: tls.certificate }),
    ...(tls.key === undefined ? {} : { key: tls.key }),
    ...(tls.name === undefined ? {} : { servername: tls.name }),
    minVersion: "TLSv1.2",
  });
}
