// One connection of the memory's protocol: a token where one is asked for, then frames in, answers out. In version 1 a
// request is answered before the next one is looked at; in version 2 many are under way and answers come as they are ready.
// The loop takes a frame only when there is room for what may become of it; what a client may not do with its time is
// looked at by `check`, once a second. A client that is gone is an abort to the door; nobody is answered then.

import type { Socket } from "node:net";
import {
  decodeRequest,
  FrameReader,
  frameBytesMax,
  messageTooLarge,
  permissionFor,
  permissionsOf,
  readToken,
  splitFrame,
  type Frame,
  type MemoryCaller,
  type MemoryDoor,
  type MemoryReply,
  type MemoryRequest,
  type Permission,
} from "../../api/memory/memory.ts";
import { OpError } from "../../base/error.ts";
import { errorFields } from "../../base/log.ts";
import { Answers, type AnswersOptions } from "./answers.ts";
import type { Rates } from "./rates.ts";

/** What all sessions of a door share. */
export interface Shared extends AnswersOptions {
  readonly door: MemoryDoor;
  /** null = no token is asked for. */
  readonly tokenKey: Buffer | null;
  readonly rates: Rates;
  /** Bytes that all sessions keep, requests and answers. */
  waitingBytes: number;
}

interface Who extends MemoryCaller {
  /** null = all, and no rate: there was no token. */
  readonly permissions: ReadonlySet<Permission> | null;
}

interface UnderWay {
  /** Of version 2; null in version 1. */
  readonly id: number | null;
  readonly change: boolean;
  readonly sizeBytes: number;
  readonly sinceMs: number;
}

const LOCAL: Who = Object.freeze({ subject: "local", permissions: null });
const TOKEN_TAKEN = Buffer.of(1);
const MIB = 1024 * 1024;

export class Session {
  /** Resolves when the connection is over. */
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  readonly #shared: Shared;
  readonly #reader: FrameReader;
  readonly #answers: Answers;
  readonly #gone = new AbortController();
  readonly #underWay = new Map<number, UnderWay>();
  #version: 1 | 2 = 1;
  #admitted = false;
  #asked = 0;
  #changes = 0;
  #underWayBytes = 0;
  #countedBytes = 0;
  /** The client says no more; we shall take no more. */
  #ended = false;
  #draining = false;
  /** The loop waits for bytes. */
  #hungry = false;
  #wake: (() => void) | null = null;
  #lastMs: number;
  #frameSinceMs: number | null = null;

  constructor(socket: Socket, shared: Shared) {
    this.#socket = socket;
    this.#shared = shared;
    this.#lastMs = shared.clock.monotonicMs();
    this.#reader = new FrameReader(
      shared.tokenKey === null ? shared.limits.messageBytesMax : shared.limits.tokenBytesMax,
    );
    this.#answers = new Answers(socket, shared, () => {
      this.#count();
      this.#stir();
    });
    socket.on("data", (chunk: Buffer) => {
      this.#reader.push(chunk);
      this.#count();
      if (!this.#hungry) socket.pause();
      this.#stir();
    });
    socket.on("end", () => {
      this.#ended = true;
      this.#stir();
    });
    // What breaks a connection is told by its close.
    socket.on("error", () => undefined);
    this.closed = new Promise((resolve) =>
      socket.once("close", () => {
        this.#ended = true;
        this.#gone.abort();
        shared.waitingBytes -= this.#countedBytes;
        this.#countedBytes = 0;
        this.#stir();
        resolve();
      }),
    );
    void this.#run().catch((error: unknown) => {
      shared.log.error("a connection to the memory failed", errorFields(error));
      socket.destroy();
    });
  }

  /** Takes nothing more; ends when what is under way is answered. */
  drain(): void {
    this.#draining = true;
    this.#stir();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Ends what lasts too long. */
  check(nowMs: number): void {
    const { limits } = this.#shared;
    const over = (sinceMs: number | null, deadlineMs: number): boolean =>
      sinceMs !== null && nowMs - sinceMs > deadlineMs;
    const forBytes = (bytes: number): number =>
      limits.messageDeadlineMs + (bytes / MIB) * limits.messageDeadlineMsPerMiB;
    if (!this.#admitted && over(this.#lastMs, limits.greetingDeadlineMs)) return this.destroy();
    if (over(this.#frameSinceMs, forBytes(this.#reader.unfinishedBytes))) return this.destroy();
    const unreadMs =
      forBytes(this.#socket.writableLength) - limits.messageDeadlineMs + limits.unreadDeadlineMs;
    if (over(this.#answers.unreadSinceMs, unreadMs)) return this.destroy();
    for (const [number, { sinceMs }] of this.#underWay) {
      if (!over(sinceMs, limits.requestDeadlineMs)) break;
      this.#answer(
        number,
        this.#answers.errorOf(new OpError("OPD4511", "no answer in time: whether it was done is not known")),
      );
    }
    const quiet = this.#underWay.size === 0 && this.#frameSinceMs === null;
    if (quiet && over(this.#lastMs, limits.idleDeadlineMs)) this.destroy();
  }

  async #run(): Promise<void> {
    const who = this.#shared.tokenKey === null ? LOCAL : await this.#greeted(this.#shared.tokenKey);
    if (who === null) return this.destroy();
    this.#admitted = true;
    for (;;) {
      const frame = await this.#next();
      if (frame === null) break;
      this.#lastMs = this.#shared.clock.monotonicMs();
      await this.#take(frame, who);
      this.#count();
    }
    while (this.#underWay.size > 0 && !this.#socket.destroyed) await this.#event();
    this.#answers.flush();
    this.#socket.end(() => this.#socket.destroySoon());
  }

  /** Who the token says it is. null: closed without a byte. */
  async #greeted(key: Buffer): Promise<Who | null> {
    const frame = await this.#next();
    if (frame === null || frame.kind !== "frame") return null;
    const { clock, log, limits } = this.#shared;
    const claims = readToken(frame.bytes.toString("latin1"), key, clock.wallMs() / 1000);
    if (claims === null) {
      log.info("the memory refused a token", { from: this.#socket.remoteAddress ?? "" });
      return null;
    }
    this.#reader.sizeBytesMax = limits.messageBytesMax;
    this.#socket.write(TOKEN_TAKEN);
    return { subject: claims.sub, permissions: permissionsOf(claims) };
  }

  /** null: the client said its last, or we take no more. */
  async #next(): Promise<Frame | null> {
    while (this.#isFull()) await this.#event();
    for (;;) {
      if (this.#draining || this.#socket.destroyed) return null;
      const frame = this.#reader.next() ?? this.#givenUp();
      if (frame !== null) {
        this.#frameSinceMs = null;
        return frame;
      }
      if (this.#ended) return null;
      if (this.#reader.unfinishedBytes === 0) this.#frameSinceMs = null;
      else this.#frameSinceMs ??= this.#shared.clock.monotonicMs();
      this.#hungry = true;
      if (this.#socket.isPaused()) this.#socket.resume();
      await this.#event();
      this.#hungry = false;
    }
  }

  /** A large frame that is on its way when there is no more place for it. */
  #givenUp(): Frame | null {
    this.#count();
    const { limits, waitingBytes } = this.#shared;
    const large = this.#reader.unfinishedBytes > limits.smallMessageBytes;
    return large && waitingBytes > limits.waitingBytesMax ? this.#reader.skip() : null;
  }

  /** Before a frame is looked at. Version 1 answers in order; a client that does not read is not heard. */
  #isFull(): boolean {
    if (this.#socket.destroyed || this.#draining) return false;
    if (this.#version === 1 && this.#underWay.size > 0) return true;
    const { limits, waitingBytes } = this.#shared;
    if (this.#answers.waitingBytes > limits.answersBytesMax) return true;
    return this.#underWay.size > 0 && waitingBytes > limits.waitingBytesMax;
  }

  async #take(frame: Frame, who: Who): Promise<void> {
    const { limits } = this.#shared;
    let id = this.#version === 1 ? null : 0;
    try {
      if (frame.kind === "skipped") {
        if (frame.sizeBytes > this.#reader.sizeBytesMax) throw messageTooLarge(frame.sizeBytes);
        throw new OpError("OPD4507", "too many bytes wait at the memory's door: send it again later");
      }
      let { bytes } = frame;
      if (this.#version === 2) {
        const split = splitFrame(bytes);
        if (split === null) throw new OpError("OPD4501", "the frame has no request id");
        id = split.id;
        bytes = split.message;
      }
      if (!this.#mayAsk(who)) {
        this.#answers.send(id, this.#answers.errorOf(new OpError("OPD4507", "Rate limit exceeded")));
        return await this.#shared.clock.sleep(limits.ratePauseMs, this.#gone.signal);
      }
      const request = decodeRequest(bytes);
      if (request.type === "Hello") return this.#hello(request.version, id);
      const needed = permissionFor(request.type);
      if (who.permissions !== null && !who.permissions.has(needed))
        throw new OpError("OPD4506", `Permission denied: ${request.type} needs ${needed}`);
      const change = needed !== "read";
      while (this.#isWindowFull(change)) await this.#event();
      if (this.#socket.destroyed) return;
      this.#start(request, who, { id, change, sizeBytes: bytes.length });
    } catch (error) {
      this.#answers.send(id, this.#answers.errorOf(error));
    }
  }

  #mayAsk({ subject, permissions }: Who): boolean {
    return permissions === null || this.#shared.rates.take(subject, this.#lastMs);
  }

  #hello(version: number, id: number | null): void {
    if (id !== null || version < 1)
      throw new OpError("OPD4501", "Hello opens version 2, once, from version 1");
    const agreed = version >= 2 ? 2 : 1;
    this.#answers.send(null, { type: "HelloOk", version: agreed });
    this.#version = agreed;
    if (agreed === 2) this.#reader.sizeBytesMax += frameBytesMax(2) - frameBytesMax(1);
  }

  #isWindowFull(change: boolean): boolean {
    if (this.#socket.destroyed) return false;
    const { limits } = this.#shared;
    return change
      ? this.#changes >= limits.changesUnderWayMax
      : this.#underWay.size - this.#changes >= limits.readsUnderWayMax;
  }

  #start(request: MemoryRequest, who: Who, facts: Omit<UnderWay, "sinceMs">): void {
    const number = this.#asked++;
    this.#underWay.set(number, { ...facts, sinceMs: this.#lastMs });
    this.#underWayBytes += facts.sizeBytes;
    if (facts.change) this.#changes++;
    void this.#ask(number, request, who);
  }

  async #ask(number: number, request: MemoryRequest, who: Who): Promise<void> {
    let reply: MemoryReply;
    try {
      reply = await this.#shared.door.answer(request, who, this.#gone.signal);
    } catch (error) {
      reply = this.#answers.errorOf(error);
    }
    this.#answer(number, reply);
  }

  /** Once: what comes after the deadline finds nobody. */
  #answer(number: number, reply: MemoryReply): void {
    const one = this.#underWay.get(number);
    if (one === undefined) return;
    this.#underWay.delete(number);
    this.#underWayBytes -= one.sizeBytes;
    if (one.change) this.#changes--;
    this.#answers.send(one.id, reply);
    this.#count();
    this.#stir();
  }

  /** Tells all sessions what this one keeps. */
  #count(): void {
    if (this.#socket.destroyed) return;
    const kept = this.#reader.keptBytes + this.#underWayBytes + this.#answers.waitingBytes;
    this.#shared.waitingBytes += kept - this.#countedBytes;
    this.#countedBytes = kept;
  }

  /** Something happened; who waits looks again. */
  #event(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve));
  }
  #stir(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }
}
