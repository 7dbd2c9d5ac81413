// What somebody can do who may write the folder of an audit log and has none of its keys: read all frames, and write
// others in their place with everything right that a checksum can make right.

import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import { canonicalJson, type PlainTable } from "../../src/base/text/text.ts";
import { systemDisk } from "../../src/store/file/file.ts";
import {
  decodeHeader,
  encodeBatch,
  encodeHeader,
  HEADER_BYTES,
  newBlock,
  PAGE_BYTES,
} from "../../src/store/log/format.ts";
import { scanLog, type Frame } from "../../src/store/log/log.ts";

export const ENTRY = 1;
export const HEAD = 2;

const FIRST = "0000000000000000.log";
const SEGMENT_BYTES = 1 << 20;

/** All frames of the log in a folder, in order. */
export async function framesIn(directory: string): Promise<Frame[]> {
  const frames: Frame[] = [];
  const where = { directory, kind: "AUDT", disk: systemDisk, clock: systemClock };
  await scanLog(where, ({ type, payload }) => void frames.push({ type, payload: Buffer.from(payload) }));
  return frames;
}

/** A whole log of these frames as its first segment; `like`: a segment of the log that it claims to be. */
export function segmentOf(frames: readonly Frame[], like: Buffer): Buffer {
  const header = headerOf(like);
  const neededBytes = frames.reduce((sum, { payload }) => sum + payload.length + 24 + 8, HEADER_BYTES);
  const bytes = Buffer.alloc(
    neededBytes < header.sizeBytes
      ? header.sizeBytes
      : Math.max(SEGMENT_BYTES, PAGE_BYTES * Math.ceil(neededBytes / PAGE_BYTES)),
  );
  bytes.set(encodeHeader("AUDT", header.id, 0, bytes.length));
  const { seed } = headerOf(bytes);
  let at = HEADER_BYTES;
  for (const frame of frames) {
    const block = newBlock(frame.payload.length + 32);
    const end = encodeBatch([frame], block, 0, at, at, seed);
    bytes.set(block.bytes.subarray(0, end), at);
    at += end;
  }
  return bytes;
}

/** Puts these frames in the place of the log; `derived`: the files that are made from them are removed. */
export function writeFrames(directory: string, frames: readonly Frame[], derived: "kept" | "removed"): void {
  const path = join(directory, FIRST);
  writeFileSync(path, segmentOf(frames, readFileSync(path)));
  if (derived === "kept") return;
  for (const name of ["tile", "checkpoint", "position"])
    rmSync(join(directory, name), { recursive: true, force: true });
}

/** An entry with other members, as it would have been written. */
export function edited({ payload }: Frame, change: (value: PlainTable) => PlainTable): Frame {
  const value = JSON.parse(Buffer.from(payload).toString()) as PlainTable;
  return { type: ENTRY, payload: Buffer.from(canonicalJson(change(value))) };
}

function headerOf(segment: Buffer): Exclude<ReturnType<typeof decodeHeader>, string> {
  const header = decodeHeader(segment, "AUDT");
  if (typeof header === "string") throw new Error(header);
  return header;
}
