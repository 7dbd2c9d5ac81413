// One connection to a memory: TLS and token where asked for, Hello, then requests out and answers in, each to who asked. In
// version 1 one request is out at a time, in version 2 all of them. A link that breaks stays broken: what was out then
// rejects, and is never sent again here.

import type { Socket } from "node:net";
import { OpError } from "../../../base/error.ts";
import { MsgWriter } from "../../../base/msgpack-writer.ts";
import {
  decodeReply,
  encodeRequest,
  FrameReader,
  frameBytesMax,
  splitFrame,
  writeFrame,
  type Hello,
  type MemoryReply,
  type MemoryRequest,
} from "../../memory/memory.ts";

/** Why a request has no answer, and whether the memory may have seen it. */
export class Unanswered extends Error {
  readonly sent: boolean;
  constructor(why: string, sent: boolean) {
    super(why);
    this.sent = sent;
  }
}

interface Asked {
  readonly request: MemoryRequest | Hello;
  resolve(reply: MemoryReply): void;
  reject(error: Error): void;
}

export interface Ticket {
  readonly reply: Promise<MemoryReply>;
  /** Nobody waits any more. Was it sent? In version 1 its answer would be taken for the next one's: the link ends. */
  drop(): boolean;
}

/** Between two awaits one link alone writes. */
const writer = new MsgWriter();
const ID_MAX = 0xffff_ffff;

export class Link {
  readonly #socket: Socket;
  readonly #reader = new FrameReader(frameBytesMax(1));
  #version: 1 | 2 = 1;
  /** Sent and not answered, by id; in version 1 at most one, with id 0. */
  readonly #out = new Map<number, Asked>();
  /** Not sent: version 1 has one out already. */
  readonly #next = new Set<Asked>();
  #lastId = 0;
  #frames: Buffer[] = [];
  #broken: string | null = null;

  /** `socket` is connected and admitted. */
  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    socket.on("error", () => undefined);
    socket.once("close", () => this.#break("the connection ended"));
    if (socket.destroyed) this.#break("the connection ended");
  }

  get broken(): boolean {
    return this.#broken !== null;
  }

  /** Requests that wait for their answers. */
  get waiting(): number {
    return this.#out.size + this.#next.size;
  }

  /** From now on frames have ids: the other side said HelloOk. */
  upgrade(): void {
    this.#version = 2;
    this.#reader.sizeBytesMax = frameBytesMax(2);
  }

  /** Throws what is wrong with the request itself. */
  ask(request: MemoryRequest | Hello): Ticket {
    let asked!: Asked;
    const reply = new Promise<MemoryReply>((resolve, reject) => {
      asked = { request, resolve, reject };
    });
    if (this.#broken !== null) asked.reject(new Unanswered(this.#broken, false));
    else if (this.#version === 1 && this.#out.size > 0) this.#next.add(asked);
    else this.#write(asked);
    return { reply, drop: () => this.#drop(asked) };
  }

  close(why: string): void {
    this.#break(why);
    this.#socket.destroy();
  }

  #drop(asked: Asked): boolean {
    if (this.#next.delete(asked)) return false;
    const [id] = [...this.#out].find(([, one]) => one === asked) ?? [];
    if (id === undefined) return true;
    this.#out.delete(id);
    if (this.#version === 1) this.close("an answer was given up");
    return true;
  }

  #write(asked: Asked): void {
    const id = this.#version === 1 ? null : this.#freeId();
    const frame = writeFrame(writer, id, (to) => encodeRequest(to, asked.request));
    this.#out.set(id ?? 0, asked);
    // All requests of a turn go out in one write.
    if (this.#frames.length === 0) process.nextTick(() => this.#flush());
    this.#frames.push(frame);
  }

  /** From 1: 0 is the memory's own, for what it cannot tell whose it is. */
  #freeId(): number {
    do this.#lastId = this.#lastId === ID_MAX ? 1 : this.#lastId + 1;
    while (this.#out.has(this.#lastId));
    return this.#lastId;
  }

  #flush(): void {
    const frames = this.#frames;
    this.#frames = [];
    if (this.#socket.writable) this.#socket.write(frames.length === 1 ? frames[0]! : Buffer.concat(frames));
  }

  #receive(chunk: Buffer): void {
    this.#reader.push(chunk);
    try {
      for (let frame = this.#reader.next(); frame !== null; frame = this.#reader.next()) {
        if (frame.kind === "skipped") throw new OpError("OPD4501", "an answer is longer than any may be");
        this.#answered(frame.bytes);
      }
    } catch (error) {
      this.close(error instanceof Error ? error.message : "the answer is not understood");
    }
  }

  #answered(bytes: Buffer): void {
    const { id, message } = this.#version === 1 ? { id: 0, message: bytes } : (splitFrame(bytes) ?? NO_ID);
    const reply = decodeReply(message);
    const asked = this.#out.get(id);
    if (asked === undefined) {
      // In version 2 an answer that nobody waits for any more just comes.
      if (this.#version === 2 && id !== 0) return;
      throw new OpError("OPD4501", reply.type === "Error" ? reply.message : "an answer to nothing");
    }
    this.#out.delete(id);
    asked.resolve(reply);
    const [following] = this.#next;
    if (following === undefined || this.#version === 2) return;
    this.#next.delete(following);
    this.#write(following);
  }

  #break(why: string): void {
    this.#broken ??= why;
    for (const asked of this.#out.values()) asked.reject(new Unanswered(this.#broken, true));
    for (const asked of this.#next) asked.reject(new Unanswered(this.#broken, false));
    this.#out.clear();
    this.#next.clear();
  }
}

const NO_ID = Object.freeze({ id: 0, message: Buffer.alloc(0) });
