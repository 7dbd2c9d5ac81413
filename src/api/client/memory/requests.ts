// Requests through links that come and go: one connection at a time, made when it is needed; every request has a deadline
// and may be given up. A request goes out once. When its answer does not come, a read is said not to have happened, a change
// is said not to be known: whoever made it reads and decides.

import { CODES, type Code } from "../../../base/codes.ts";
import { OpError } from "../../../base/error.ts";
import { LIMITS } from "../../../base/limits.ts";
import {
  permissionFor,
  type MemoryReply,
  type MemoryRequest,
  type ReplyName,
  type ReplyOf,
} from "../../memory/memory.ts";
import { openLink, type MemoryPlace } from "./connect.ts";
import { Unanswered, type Link } from "./link.ts";

export interface CallOptions {
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
}

export class Requests {
  readonly #place: MemoryPlace;
  #link: Promise<Link> | null = null;
  #open: Link | null = null;
  #waiting = 0;
  #closed = false;

  constructor(place: MemoryPlace) {
    this.#place = place;
  }

  /**
   * The reply, which must be of the kind `wanted`. Rejects with OPD4507 (too many wait already), OPD4510 (not reached or not
   * answered, nothing changed), OPD4511 (a change, outcome unknown), OPD4513 (given up), OPD4501 (another reply), or the
   * memory's own error: its code, else OPD4512.
   */
  async ask<N extends ReplyName>(
    request: MemoryRequest,
    wanted: N,
    { deadlineMs = LIMITS.memoryClientDeadlineMs, signal }: CallOptions = {},
  ): Promise<ReplyOf<N>> {
    if (this.#waiting >= LIMITS.memoryClientRequestsMax)
      throw new OpError("OPD4507", `${this.#waiting} requests wait for their answers already`);
    this.#waiting++;
    try {
      return expected(await this.#answer(request, deadlineMs, signal), wanted);
    } finally {
      this.#waiting--;
    }
  }

  close(): void {
    this.#closed = true;
    this.#open?.close("the client was closed");
  }

  async #answer(
    request: MemoryRequest,
    deadlineMs: number,
    signal: AbortSignal | undefined,
  ): Promise<MemoryReply> {
    if (signal?.aborted === true) throw unanswered(request, false, true);
    const open = this.#open?.broken === false ? this.#open : null;
    let giveUp!: (cancelled: boolean) => void;
    const over = new Promise<boolean>((resolve) => (giveUp = resolve));
    const late = setTimeout(() => giveUp(false), deadlineMs);
    const abort = (): void => giveUp(true);
    signal?.addEventListener("abort", abort, { once: true });
    try {
      const link = open ?? (await Promise.race([this.#connected(), over]));
      if (typeof link === "boolean") throw unanswered(request, false, link);
      const { reply, drop } = link.ask(request);
      const answer = await Promise.race([reply, over]);
      if (typeof answer !== "boolean") return answer;
      reply.catch(() => undefined);
      throw unanswered(request, drop(), answer);
    } catch (error) {
      if (error instanceof Unanswered) throw unanswered(request, error.sent, false, error.message);
      throw error;
    } finally {
      clearTimeout(late);
      signal?.removeEventListener("abort", abort);
    }
  }

  /** One connection is made at a time, for all who wait for it. */
  async #connected(): Promise<Link> {
    if (this.#closed) throw new OpError("OPD4510", "the client was closed", { where: this.#place.address });
    if (this.#open?.broken === false) return this.#open;
    this.#link ??= openLink(this.#place).finally(() => (this.#link = null));
    const link = await this.#link;
    if (this.#closed) link.close("the client was closed");
    return (this.#open = link);
  }
}

function unanswered(request: MemoryRequest, sent: boolean, cancelled: boolean, why?: string): OpError {
  const reason = why ?? (cancelled ? "it was given up" : "no answer in time");
  const message = `${request.type} was not answered: ${reason}`;
  if (sent && permissionFor(request.type) !== "read")
    return new OpError("OPD4511", message, { now: "not known: it may have been done" });
  return new OpError(cancelled ? "OPD4513" : "OPD4510", message, { now: "nothing was changed" });
}

function expected<N extends ReplyName>(reply: MemoryReply, wanted: N): ReplyOf<N> {
  if (reply.type === wanted) return reply as ReplyOf<N>;
  if (reply.type !== "Error")
    throw new OpError("OPD4501", `the memory answered ${reply.type} where ${wanted} was asked for`);
  const { code, message } = reply;
  throw new OpError(code !== null && Object.hasOwn(CODES, code) ? (code as Code) : "OPD4512", message);
}
