// Lines of JSON in a stream of bytes. A line ends with a line feed, which JSON text of one line never holds; one that is
// longer than allowed ends the connection before it is kept.

import { LIMITS } from "../../base/limits.ts";

/** Gives each whole line of what is fed to it to `take`. Feeding says false when a line is too long: nothing more is
 * taken then. */
export function lineReader(
  take: (line: string) => void,
  sizeBytesMax: number = LIMITS.socketLineBytesMax,
): (chunk: Buffer) => boolean {
  let parts: Buffer[] = [];
  let sizeBytes = 0;
  return (chunk) => {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      const last = chunk.subarray(from, end);
      from = end + 1;
      if (sizeBytes + last.length > sizeBytesMax) return false;
      const line = parts.length === 0 ? last : Buffer.concat([...parts, last]);
      parts = [];
      sizeBytes = 0;
      take(line.toString("utf8"));
    }
    const rest = chunk.subarray(from);
    if (rest.length > 0) parts.push(rest);
    sizeBytes += rest.length;
    return sizeBytes <= sizeBytesMax;
  };
}

/** A message as its line. */
export function writeLine(message: object): string {
  return `${JSON.stringify(message)}\n`;
}
