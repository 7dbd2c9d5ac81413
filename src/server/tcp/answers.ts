// The answers of one connection: made into frames, gathered for the length of a turn, written at once. Knows how many bytes
// the client has not taken yet, and since when it takes none. No answer can fail: what cannot be written becomes an error.

import type { Socket } from "node:net";
import {
  encodeReply,
  messageTooLarge,
  writeFrame,
  type Encoding,
  type MemoryReply,
} from "../../api/memory/memory.ts";
import type { Clock } from "../../base/clock.ts";
import { OpError } from "../../base/error.ts";
import { errorFields, type Log } from "../../base/log.ts";
import { MsgWriter } from "../../base/msgpack-writer.ts";
import type { WireLimits } from "./limits.ts";

export interface AnswersOptions {
  readonly encoding: Encoding;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: WireLimits;
}

/** Between two awaits one connection alone writes. */
const writer = new MsgWriter();

export class Answers {
  readonly #socket: Socket;
  readonly #options: AnswersOptions;
  /** Called when the client took some. */
  readonly #taken: () => void;
  #frames: Buffer[] = [];
  #frameBytes = 0;
  #unreadSinceMs: number | null = null;

  constructor(socket: Socket, options: AnswersOptions, taken: () => void) {
    this.#socket = socket;
    this.#options = options;
    this.#taken = taken;
  }

  /** Bytes that the client has not taken. */
  get waitingBytes(): number {
    return this.#frameBytes + this.#socket.writableLength;
  }

  /** Since when it takes none of them, milliseconds of the monotonic clock; null = nothing waits. */
  get unreadSinceMs(): number | null {
    return this.#unreadSinceMs;
  }

  /** `id` null: version 1. */
  send(id: number | null, reply: MemoryReply): void {
    if (!this.#socket.writable) return;
    if (this.#frames.length === 0) process.nextTick(() => this.flush());
    const frame = this.#frameOf(id, reply);
    this.#frames.push(frame);
    this.#frameBytes += frame.length;
  }

  flush(): void {
    const frames = this.#frames;
    this.#frames = [];
    this.#frameBytes = 0;
    if (frames.length === 0 || !this.#socket.writable) return;
    const { clock } = this.#options;
    this.#unreadSinceMs ??= clock.monotonicMs();
    this.#socket.write(frames.length === 1 ? frames[0]! : Buffer.concat(frames), () => {
      this.#unreadSinceMs = this.#socket.writableLength > 0 ? clock.monotonicMs() : null;
      this.#taken();
    });
  }

  /** An error as a reply. A person reads of an error of ours in the log; a client gets no detail of it. */
  errorOf(error: unknown): MemoryReply {
    if (error instanceof OpError) return { type: "Error", message: error.message, code: error.code };
    this.#options.log.error("the memory failed to answer", errorFields(error));
    return { type: "Error", message: "internal error", code: "OPD1901" };
  }

  #frameOf(id: number | null, reply: MemoryReply): Buffer {
    const { encoding, limits } = this.#options;
    const frame = (one: MemoryReply): Buffer =>
      writeFrame(writer, id, (to) => encodeReply(to, one, encoding));
    try {
      const bytes = frame(reply);
      if (bytes.length > limits.messageBytesMax) throw messageTooLarge(bytes.length);
      return bytes;
    } catch (error) {
      return frame(this.errorOf(error));
    }
  }
}
