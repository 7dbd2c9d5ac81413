// Documents and saved plans, from files and standard input, as text with the facts that decide whether a saved plan may be
// trusted: no link, of the caller or root, writable by nobody else. One descriptor: what was checked is what is read.

import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from "node:fs";
import { Socket } from "node:net";
import { OpError } from "../base/error.ts";
import { distrust, errnoOf } from "../base/file.ts";
import { LIMITS } from "../base/limits.ts";
import { decodeText } from "../base/text/text.ts";
import type { SourceText } from "../api/api.ts";

/** Reads each FILE; "@12" is a generation, "-" is standard input (JSON unless `format` says otherwise), which is opened for
 * it alone: its streams cost 3 ms. Throws OPD1201, OPD1203, OPD1104. */
export async function readSources(
  stdin: () => NodeJS.ReadableStream,
  files: readonly string[],
  format: "json" | "toml" = "json",
): Promise<SourceText[]> {
  if (files.filter((file) => file === "-").length > 1) {
    throw new OpError("OPD9001", "standard input (-) can be read once only");
  }
  const sources: SourceText[] = [];
  for (const file of files) {
    if (/^@\d{1,15}$/.test(file)) sources.push(generationSource(file));
    else if (file === "-") {
      const text = textOf(file, await readAll(file, stdin()));
      sources.push({ file, format, text, untrusted: null });
    } else sources.push(await readSource(file));
  }
  return sources;
}

/** `@12`: its documents lie in the audit log, and the operation takes them from there. */
function generationSource(file: string): SourceText {
  return { file, format: "json", text: "", untrusted: null, generation: Number(file.slice(1)) };
}

async function readSource(file: string): Promise<SourceText> {
  const { fd, linked } = open(file);
  let stream: Socket | null = null;
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile() && !stats.isFIFO()) throw new OpError("OPD1201", `${file} is no file`);
    if (stats.size > LIMITS.textSizeBytesMax) throw tooBig(file, `has ${stats.size} bytes`);
    // A FIFO, <(COMMAND) in a shell, has no size and may never end: it is read as it comes, and Ctrl-C is heard.
    if (stats.isFIFO()) stream = new Socket({ fd, writable: false });
    const text = textOf(file, stream === null ? readFileSync(fd) : await readAll(file, stream));
    const format = file.endsWith(".toml") ? "toml" : "json";
    const untrusted = linked ? "it is a link" : distrust(stats, process.getuid!());
    const foreign = foreignness(stats);
    return { file, format, text, untrusted, ...(foreign === null ? {} : { foreign }) };
  } catch (error) {
    throw asReadError(file, error);
  } finally {
    if (stream === null) closeSync(fd);
    else stream.destroy();
  }
}

/** Why what the file says must not be done; null = it may. Weaker than for a saved plan, which nobody is asked about: a
 * document may be reached through a link, and a group may share it. */
function foreignness({ uid, mode }: Stats): string | null {
  // Who became root through sudo is still the one who called.
  const callers = [
    0,
    process.getuid!(),
    ...(process.getuid!() === 0 ? [Number(process.env["SUDO_UID"])] : []),
  ];
  if (!callers.includes(uid)) return `it belongs to user ${uid}`;
  return (mode & 0o002) !== 0 ? "everybody may write it" : null;
}

function textOf(file: string, bytes: Buffer): string {
  const decoded = decodeText(file, bytes);
  if (!("fault" in decoded)) return decoded.text;
  const name = file === "-" ? "standard input" : file;
  throw new OpError(decoded.fault.code, `${name} cannot be read`, { faults: [decoded.fault] });
}

function open(file: string): { readonly fd: number; readonly linked: boolean } {
  // Opening a FIFO must not wait for its writer: nothing would hear Ctrl-C.
  const flags = constants.O_RDONLY | constants.O_NOCTTY | constants.O_NONBLOCK;
  try {
    return { fd: openSync(file, flags | constants.O_NOFOLLOW), linked: false };
  } catch (error) {
    if (errnoOf(error) !== "ELOOP") throw asReadError(file, error);
  }
  try {
    return { fd: openSync(file, flags), linked: true };
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

/** A stream as a whole. Throws OPD1203 beyond the size of a document. */
async function readAll(file: string, stream: NodeJS.ReadableStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of stream) {
    const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    sizeBytes += bytes.length;
    if (sizeBytes > LIMITS.textSizeBytesMax) throw tooBig(file, "is longer than a document may be");
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}
