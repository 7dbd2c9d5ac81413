// A stream of bytes to a bus: a unix or tcp socket, or the standard streams of a program (unixexec). Writes of one tick
// leave together; reads come in as few copies as Node allows. Every address of a list is tried, each with its share of
// the deadline, because connect errors are asynchronous. It knows nothing of messages.

import { connect, type Socket } from "node:net";
import type { Duplex, Readable, Writable } from "node:stream";
import { OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import { systemClock, type Clock } from "../../base/clock.ts";
import type { Address } from "./address.ts";

/** The kernel fills slabs of this size one read after the other, and messages are read in place: nothing is copied. */
const SLAB_BYTES = 64 * 1024;
/** A slab with less room than this is given up. */
const ROOM_BYTES_MIN = 16 * 1024;

export interface PipeEvents {
  /** What arrived. The chunk belongs to the receiver. */
  data(chunk: Buffer): void;
  /** Where the next bytes are wanted, so that none are copied; null = anywhere, and then to `data`. */
  room?(): Buffer | null;
  /** So many bytes were read into the room that was given last. */
  filled?(bytes: number): void;
  /** Called once. null = the other side ended it in peace. */
  closed(error: Error | null): void;
}

/** One open byte stream. Nothing arrives before `start`. */
export class Pipe {
  /** So far. */
  bytesIn = 0;
  bytesOut = 0;
  readonly #out: Writable;
  readonly #end: () => void;
  #events: PipeEvents | null = null;
  #early: Buffer[] = [];
  #closed: { error: Error | null } | null = null;
  #queue: Uint8Array[] = [];
  #queueBytes = 0;
  readonly #sent = new WeakMap<Uint8Array, () => void>();

  constructor(out: Writable, end: () => void) {
    this.#out = out;
    this.#end = end;
  }

  start(events: PipeEvents): void {
    this.#events = events;
    for (const chunk of this.#early) events.data(chunk);
    this.#early = [];
    if (this.#closed !== null) events.closed(this.#closed.error);
  }

  /** Queues bytes; all of one tick leave in one write. The bytes must not change before `sent`, which is called for
   * large ones only. Throws OPD3023 when the other side has not read for too long. */
  write<Bytes extends Uint8Array>(bytes: Bytes, sent?: (bytes: Bytes) => void): void {
    if (this.#closed !== null) return;
    if (this.queuedBytes + bytes.length > LIMITS.writeQueueBytesMax) {
      throw new OpError("OPD3023", "the bus does not read what is sent to it");
    }
    if (sent !== undefined && bytes.length > SLAB_BYTES) this.#sent.set(bytes, () => sent(bytes));
    if (this.#queue.push(bytes) === 1) process.nextTick(() => this.#flush());
    this.#queueBytes += bytes.length;
    this.bytesOut += bytes.length;
  }

  /** Bytes that were written and have not reached the kernel yet. */
  get queuedBytes(): number {
    return this.#queueBytes + this.#out.writableLength;
  }

  /** Sends what is queued, then ends the stream; cuts it off when the other side does not take it in time. */
  close(): void {
    this.#flush();
    this.#end();
    if (this.#closed !== null || this.#out.writableLength === 0) return;
    void systemClock.sleep(LIMITS.closeDeadlineMs).then(() => this.#out.destroy());
  }

  received(chunk: Buffer): void {
    this.bytesIn += chunk.length;
    if (this.#events === null) this.#early.push(chunk);
    else this.#events.data(chunk);
  }

  room(): Buffer | null {
    return this.#events?.room?.() ?? null;
  }

  filled(bytes: number): void {
    this.bytesIn += bytes;
    this.#events?.filled?.(bytes);
  }

  ended(error: Error | null): void {
    if (this.#closed !== null) return;
    this.#closed = { error };
    this.#queue = [];
    this.#queueBytes = 0;
    this.#events?.closed(error);
  }

  #flush(): void {
    const queue = this.#queue;
    const bytes = this.#queueBytes;
    this.#queue = [];
    this.#queueBytes = 0;
    if (queue.length === 0 || this.#closed !== null) return;
    if (queue.length === 1) this.#out.write(queue[0]!, this.#sent.get(queue[0]!));
    else if (bytes <= SLAB_BYTES) this.#out.write(Buffer.concat(queue, bytes));
    else {
      this.#out.cork();
      for (const part of queue) this.#out.write(part, this.#sent.get(part));
      this.#out.uncork();
    }
  }
}

/** A stream that is open already: an accepted connection, one end of a pair in a test. */
export function pipeOf(stream: Duplex): Pipe {
  const pipe = new Pipe(stream, () => (isSocket(stream) ? stream.destroySoon() : stream.end()));
  listen(pipe, stream);
  return pipe;
}

/** Opens the first address that answers within its share of `deadlineMs`. `attempt` goes on from there (it
 * authenticates) and may fail too. Rejects with OPD3002 that names each address and its reason, or with the only error. */
export async function openFirst<T>(
  addresses: readonly Address[],
  deadlineMs: number,
  clock: Clock,
  attempt: (pipe: Pipe, address: Address) => Promise<T>,
): Promise<T> {
  const until = clock.monotonicMs() + deadlineMs;
  const failures: { text: string; error: unknown }[] = [];
  for (const [at, address] of addresses.entries()) {
    const shareMs = Math.max(1, (until - clock.monotonicMs()) / (addresses.length - at));
    try {
      return await within(shareMs, clock, open(address), (pipe) => attempt(pipe, address));
    } catch (error) {
      failures.push({ text: address.text, error });
    }
  }
  if (failures.length === 1 && failures[0]!.error instanceof OpError) throw failures[0]!.error;
  const reasons = failures.map(
    ({ text, error }) => `${text}: ${error instanceof Error ? error.message : ""}`,
  );
  throw new OpError("OPD3002", `cannot connect to the bus: ${reasons.join("; ")}`, {
    cause: failures[0]?.error,
  });
}

async function within<T>(
  ms: number,
  clock: Clock,
  opening: { pipe: Promise<Pipe>; abandon: () => void },
  attempt: (pipe: Pipe) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const late = clock.sleep(ms, over.signal).then(() => {
    throw new OpError("OPD3002", `no answer from the bus within ${Math.round(ms)} ms`);
  });
  try {
    return await Promise.race([opening.pipe.then(attempt), late]);
  } catch (error) {
    opening.abandon();
    throw error;
  } finally {
    late.catch(() => {});
    over.abort();
  }
}

function open(address: Address): { pipe: Promise<Pipe>; abandon: () => void } {
  switch (address.transport) {
    case "refused":
      return { pipe: Promise.reject(new OpError("OPD3008", address.reason)), abandon: () => {} };
    case "unixexec":
      return openProgram(address.path, address.argv0, address.args);
    case "unix":
      return openSocket((onread) => connect({ path: address.path, onread }));
    case "tcp": {
      const { host, port, family } = address;
      return openSocket((onread) => connect({ host, port, family, noDelay: true, keepAlive: true, onread }));
    }
  }
}

interface OnRead {
  buffer(): Uint8Array;
  callback(bytes: number, buffer: Uint8Array): boolean;
}

function openSocket(dial: (onread: OnRead) => Socket): { pipe: Promise<Pipe>; abandon: () => void } {
  let room = Buffer.allocUnsafeSlow(SLAB_BYTES);
  let wanted: Buffer | null = null;
  const socket = dial({
    buffer: () => wanted ?? room,
    callback(bytes) {
      if (wanted === null) take(bytes);
      else pipe.filled(bytes);
      wanted = pipe.room();
      return true;
    },
  });
  const pipe = new Pipe(socket, () => socket.destroySoon());
  const take = (bytes: number): void => {
    const chunk = room.subarray(0, bytes);
    const left = room.length - bytes;
    room = left < ROOM_BYTES_MIN ? Buffer.allocUnsafeSlow(SLAB_BYTES) : room.subarray(bytes);
    pipe.received(chunk);
  };
  const opened = new Promise<Pipe>((resolve, reject) => {
    socket.once("connect", () => resolve(pipe));
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("closed while connecting")));
  });
  listen(pipe, socket, false);
  return { pipe: opened, abandon: () => socket.destroy() };
}

function openProgram(path: string, argv0: string | undefined, args: readonly string[]) {
  // Loaded here: it costs every start of a program 2 ms, and unixexec is rare.
  const { spawn } = process.getBuiltinModule("node:child_process");
  const child = spawn(path, args, argv0 === undefined ? {} : { argv0 });
  const pipe = new Pipe(child.stdin, () => child.stdin.end(() => child.kill()));
  let talk = "";
  child.stderr.on("data", (chunk: Buffer) => (talk = (talk + chunk.toString("latin1")).slice(-400)));
  child.stdout.on("data", (chunk: Buffer) => pipe.received(chunk));
  child.stdin.on("error", () => {});
  const opened = new Promise<Pipe>((resolve, reject) => {
    child.once("spawn", () => resolve(pipe));
    child.once("error", reject);
  });
  child.once("error", (error) => pipe.ended(error));
  child.once("close", (code, signal) => {
    const said = talk === "" ? "" : `: ${JSON.stringify(talk)}`;
    pipe.ended(code === 0 ? null : new Error(`${path} ended with ${signal ?? `status ${code}`}${said}`));
  });
  return { pipe: opened, abandon: () => void child.kill("SIGKILL") };
}

function listen(pipe: Pipe, stream: Duplex | Readable, data = true): void {
  let failure: Error | null = null;
  if (data) stream.on("data", (chunk: Buffer) => pipe.received(chunk));
  stream.on("error", (error) => (failure = error));
  stream.on("end", () => stream.destroy());
  stream.on("close", () => pipe.ended(failure));
}

function isSocket(stream: Duplex): stream is Socket {
  return "destroySoon" in stream;
}
