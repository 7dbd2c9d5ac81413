// Lines of JSON in a stream of bytes. A line ends with a line feed, which JSON text of one line never holds; one that is
// longer than allowed ends the connection before it is kept. What is kept of a line takes at most twice its bytes, however
// small the pieces are that it comes in.

import { LIMITS } from "../../base/limits.ts";

const NOTHING = Buffer.alloc(0);
const ROOM_BYTES_FIRST = 4096;

/** Gives each whole line of what is fed to it to `take`. Feeding says false when a line is too long: nothing more is
 * taken then. */
export function lineReader(
  take: (line: string) => void,
  sizeBytesMax: number = LIMITS.socketLineBytesMax,
): (chunk: Buffer) => boolean {
  let room = NOTHING;
  let sizeBytes = 0;
  const keep = (bytes: Buffer): void => {
    const neededBytes = sizeBytes + bytes.length;
    if (neededBytes > room.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(neededBytes, 2 * room.length, ROOM_BYTES_FIRST));
      room.copy(larger, 0, 0, sizeBytes);
      room = larger;
    }
    bytes.copy(room, sizeBytes);
    sizeBytes = neededBytes;
  };
  return (chunk) => {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      const last = chunk.subarray(from, end);
      from = end + 1;
      if (sizeBytes + last.length > sizeBytesMax) return false;
      let line = last;
      if (sizeBytes > 0) {
        keep(last);
        line = room.subarray(0, sizeBytes);
        room = NOTHING;
        sizeBytes = 0;
      }
      take(line.toString("utf8"));
    }
    const rest = chunk.subarray(from);
    if (sizeBytes + rest.length > sizeBytesMax) return false;
    if (rest.length > 0) keep(rest);
    return true;
  };
}

/** A message as its line. */
export function writeLine(message: object): string {
  return `${JSON.stringify(message)}\n`;
}
