// `btrfs send | btrfs receive`, both started by us and joined through us, without a shell: what flows is counted, and when
// this process ends, however it ends, both ends of the stream do too. Both exit statuses count: a sender that died leaves a
// receiver that saw only an early end. What an interrupted receiver leaves is a writable subvolume without Received UUID.

import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { OpError } from "../../base/error.ts";
import { errnoOf } from "../../base/file.ts";
import { LIMITS } from "../../base/limits.ts";
import { visible } from "../../base/visible.ts";
import { btrfsEnv, missingBtrfs, said } from "./run.ts";

export interface Transfer {
  /** A read-only subvolume. */
  readonly from: string;
  /** A read-only subvolume of the same file system that the receiver has too; null = send all of it. */
  readonly parent: string | null;
  /** The folder in which it appears under its own name. */
  readonly into: string;
  readonly signal: AbortSignal;
}

/** Bytes of the stream. Throws OPD5404 (an end failed, or nothing moved for LIMITS.transferStallMs), OPD5302. */
export async function transfer({ from, parent, into, signal }: Transfer): Promise<number> {
  const { spawn } = process.getBuiltinModule("node:child_process");
  const env = btrfsEnv();
  const receiver = spawn("btrfs", ["-q", "receive", into], { env, stdio: ["pipe", "ignore", "pipe"] });
  const sender = spawn("btrfs", ["-q", "send", ...(parent === null ? [] : ["-p", parent]), from], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const stop = (): void => {
    sender.kill("SIGKILL");
    receiver.kill("SIGKILL");
  };
  let stalled = false;
  const onStall = (): void => {
    stalled = true;
    stop();
  };
  let stall = setTimeout(onStall, LIMITS.transferStallMs);
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  try {
    const ends = Promise.all([endOf(sender), endOf(receiver)]);
    ends.catch(() => undefined); // met below, when the stream has ended
    const moved = await pump(sender.stdout, receiver.stdin, () => {
      clearTimeout(stall);
      stall = setTimeout(onStall, LIMITS.transferStallMs);
    });
    const [sent, received] = await ends;
    const why = signal.aborted
      ? "interrupted"
      : stalled
        ? `nothing moved for ${LIMITS.transferStallMs} ms`
        : [named("send", sent), named("receive", received)].filter((text) => text !== null).join("; ");
    if (why === "") return moved;
    throw new OpError("OPD5404", `${visible(from)} to ${visible(into)}: ${why}`);
  } finally {
    clearTimeout(stall);
    signal.removeEventListener("abort", stop);
    stop();
  }
}

interface End {
  readonly status: number | null;
  readonly by: NodeJS.Signals | null;
  readonly words: string;
}

/** Resolves when it ended and all it said was read. Throws OPD5302, OPD5404. */
async function endOf(child: ChildProcess): Promise<End> {
  let words = "";
  child.stderr!.setEncoding("utf8").on("data", (text: string) => {
    if (words.length < LIMITS.btrfsOutputBytesMax) words += text;
  });
  try {
    const [status, by] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
    return { status, by, words };
  } catch (error) {
    if (errnoOf(error) === "ENOENT") throw missingBtrfs();
    throw new OpError("OPD5404", `btrfs cannot be started: ${errnoOf(error)}`, { cause: error });
  }
}

function named(end: "send" | "receive", { status, by, words }: End): string | null {
  if (status === 0) return null;
  return `btrfs ${end} ended with ${by ?? status}: ${said(words)}`;
}

/** Moves everything and ends the writer; never rejects: an end that breaks shows in its exit status. */
async function pump(from: Readable, to: Writable, onMove: () => void): Promise<number> {
  let moved = 0;
  to.on("error", () => from.destroy()); // the receiver is gone: the sender gets SIGPIPE and ends
  try {
    for await (const chunk of from as AsyncIterable<Buffer>) {
      moved += chunk.length;
      onMove();
      if (!to.write(chunk)) await drained(to);
    }
  } catch {
    // An end broke.
  }
  to.end();
  return moved;
}

function drained(to: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      to.off("drain", done).off("close", done);
      resolve();
    };
    to.on("drain", done).on("close", done);
    if (to.destroyed) done();
  });
}
