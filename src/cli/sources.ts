// Documents and saved plans, from files and standard input, as text with the facts that decide whether a saved plan may be
// trusted: no link, of the caller or root, writable by nobody else. One descriptor: what was checked is what is read.

import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { OpError } from "../base/error.ts";
import { distrust, errnoOf } from "../base/file.ts";
import { LIMITS } from "../base/limits.ts";
import { decodeText } from "../base/text/text.ts";
import type { SourceText } from "../api/api.ts";

/** Reads each FILE; "-" is standard input (JSON unless `format` says otherwise). Throws OPD1201, OPD1203, OPD1104. */
export async function readSources(
  stdin: NodeJS.ReadableStream,
  files: readonly string[],
  format: "json" | "toml" = "json",
): Promise<SourceText[]> {
  if (files.filter((file) => file === "-").length > 1) {
    throw new OpError("OPD9001", "standard input (-) can be read once only");
  }
  const sources: SourceText[] = [];
  for (const file of files) {
    if (file === "-") sources.push({ file, format, text: await readAll(stdin), untrusted: null });
    else sources.push(readSource(file));
  }
  return sources;
}

function readSource(file: string): SourceText {
  const { fd, linked } = open(file);
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile() && !stats.isFIFO()) throw new OpError("OPD1201", `${file} is no file`);
    if (stats.size > LIMITS.textSizeBytesMax) throw tooBig(file, `has ${stats.size} bytes`);
    const decoded = decodeText(file, readFileSync(fd));
    if ("fault" in decoded)
      throw new OpError(decoded.fault.code, `${file} cannot be read`, { faults: [decoded.fault] });
    const { text } = decoded;
    const format = file.endsWith(".toml") ? "toml" : "json";
    return { file, format, text, untrusted: linked ? "it is a link" : distrust(stats, process.getuid!()) };
  } catch (error) {
    throw asReadError(file, error);
  } finally {
    closeSync(fd);
  }
}

function open(file: string): { readonly fd: number; readonly linked: boolean } {
  try {
    return {
      fd: openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NOCTTY),
      linked: false,
    };
  } catch (error) {
    if (errnoOf(error) !== "ELOOP") throw asReadError(file, error);
  }
  try {
    return { fd: openSync(file, constants.O_RDONLY | constants.O_NOCTTY), linked: true };
  } catch (error) {
    throw asReadError(file, error);
  }
}

function asReadError(file: string, error: unknown): OpError {
  if (error instanceof OpError) return error;
  const errno = errnoOf(error);
  const why = REASONS.get(errno) ?? (error instanceof Error ? error.message : String(error));
  return new OpError("OPD1201", `${file} cannot be read: ${why}`, { cause: error });
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ["ENOENT", "there is no such file"],
  ["EACCES", "you may not read it"],
  ["EISDIR", "it is a directory"],
]);

function tooBig(file: string, how: string): OpError {
  return new OpError("OPD1203", `${file} ${how}`, {
    hint: `a document has at most ${LIMITS.textSizeBytesMax}`,
  });
}

/** Standard input as a whole. Throws OPD1203 beyond the size of a document. */
async function readAll(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of stream) {
    const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    sizeBytes += bytes.length;
    if (sizeBytes > LIMITS.textSizeBytesMax) throw tooBig("-", "is longer than a document may be");
    chunks.push(bytes);
  }
  const decoded = decodeText("-", Buffer.concat(chunks));
  if ("fault" in decoded)
    throw new OpError(decoded.fault.code, "standard input cannot be read", { faults: [decoded.fault] });
  return decoded.text;
}
