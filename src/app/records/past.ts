// What happened, read from the audit log for the time of one question: the log is opened for reading only, so that it can
// be asked while another process writes, and by who may not write. Without a log nothing happened.

import { join } from "node:path";
import { isThere } from "../../base/file.ts";
import { OpError } from "../../base/error.ts";
import { bootId } from "../../base/process.ts";
import { configHome } from "../../base/settings.ts";
import { decodeText, type PlainTable } from "../../base/text/text.ts";
import {
  checkGeneration,
  findGeneration,
  generationOf,
  standingAt,
  timeOf,
  type Past,
  type Standing,
} from "../../state/history/history.ts";
import type { SourceText } from "../../api/api.ts";
import type { Audit, Checkpoint } from "../../store/audit/audit.ts";
import type { Parts } from "../parts.ts";

export interface Remembered {
  readonly past: Past;
  /** The log itself; null where nothing was recorded yet. */
  readonly audit: Audit | null;
  /** The newest signed tree head. */
  readonly latest: Checkpoint | null;
  /** Content by its digest. Throws OPD5101. */
  blob(digest: string): Buffer;
}

/** `work` with what happened so far. Throws what opening the log does. */
export async function withPast<T>(
  parts: Parts,
  work: (remembered: Remembered) => T | Promise<T>,
): Promise<T> {
  const directory = join(parts.configured.config.stateDir, "@timing");
  if (!isThere(directory)) return await work(NOTHING);
  const [{ openAudit }, { systemDisk }] = await Promise.all([
    import("../../store/audit/audit.ts"),
    import("../../store/file/file.ts"),
  ]);
  const audit = await openAudit({
    directory,
    keyDirectory: join(configHome(parts.who), "keys"),
    disk: systemDisk,
    clock: parts.clock,
    bootId: bootId(),
    uid: parts.who.uid,
    readOnly: true,
  });
  try {
    const past = { entries: () => wholeEntries(audit) };
    return await work({ past, audit, latest: audit.latest(), blob: (digest) => audit.blob(digest) });
  } finally {
    await audit.close();
  }
}

const NOTHING: Remembered = Object.freeze({
  past: { entries: () => [] },
  audit: null,
  latest: null,
  blob(digest: string): never {
    throw new OpError("OPD5101", `there is no blob ${digest}: nothing was applied here yet`);
  },
});

function* wholeEntries(audit: Audit): ReturnType<typeof countedEntries> {
  // An entry is a table, and stays one when what it refers to is put in.
  for (const { index, value } of countedEntries(audit))
    yield { index, value: audit.whole(value) as PlainTable };
}

/** Without those of an apply that ended once more: the last end is the one that counts. Blobs are not put in. */
export function* countedEntries(
  audit: Audit,
): Generator<{ readonly index: number; readonly value: PlainTable }> {
  const { size } = audit;
  let from = 0;
  for (const { first, last } of [...replacedIn(audit), { first: size, last: size }]) {
    yield* audit.entries(from, first);
    from = last + 1;
  }
}

/** Groups of entries whose end another end replaces, in the order of the log. */
function replacedIn(audit: Audit): readonly { readonly first: number; readonly last: number }[] {
  const ends: number[] = [];
  for (const { value } of audit.entries(0)) {
    const { type, replaces } = value;
    if (type === "end" && typeof replaces === "number") ends.push(replaces);
  }
  return ends
    .toSorted((a, b) => a - b)
    .map((last) => {
      const [end] = audit.entries(last, last + 1);
      const { first } = end!.value["binds"] as { readonly first: number };
      return { first, last };
    });
}

/** The generation that stood at `at`, RFC 3339 or `@N`. Throws OPD2150, OPD2151. */
export function momentOf(past: Past, at: string): Standing {
  const number = generationOf(at);
  if (number === null) return standingAt(past, timeOf(at));
  checkGeneration(past, number);
  return { generation: number, notes: [] };
}

/** When `at` was, in milliseconds since 1970: RFC 3339, or the end of `@N`. Throws OPD2150, OPD2151. */
export function momentMs(past: Past, at: string): number {
  const number = generationOf(at);
  if (number === null) return timeOf(at);
  return number === 0 ? -Infinity : findGeneration(past, number).timeMs;
}

/** Each source that is a generation replaced by its documents. Throws OPD2150, OPD2152, OPD5101. */
export async function withDocuments(parts: Parts, sources: readonly SourceText[]): Promise<SourceText[]> {
  return await withPast(parts, (remembered) =>
    sources.flatMap((source) =>
      source.generation === undefined ? [source] : documentsOf(remembered, source.generation),
    ),
  );
}

/** As they were when they were applied; what was edited since is another document. */
function documentsOf({ past, blob }: Remembered, number: number): SourceText[] {
  if (number === 0)
    throw new OpError("OPD2152", "@0 is the machine before the first apply: it has no documents");
  return findGeneration(past, number).begin.documents.map(({ file, format, digest, text }) => {
    // Of what was itself applied from a generation the last one is named.
    const name = `@${number} ${file === "-" ? "standard input" : file.replace(/^@\d+ /, "")}`;
    const decoded = text === null ? decodeText(name, blob(digest)) : { text };
    if ("fault" in decoded)
      throw new OpError(decoded.fault.code, `${name} cannot be read`, { faults: [decoded.fault] });
    return { file: name, format, text: decoded.text, untrusted: null };
  });
}
