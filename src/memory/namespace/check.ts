// Whether a namespace is what it should be: the files of its checkpoint against their sums, every record of its log, and each
// index against the graph, concept by concept. It changes nothing; all that is wrong is told at once, up to a bound.

import { constants } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { Clock } from "../../base/clock.ts";
import { asOpError } from "../../base/error.ts";
import { errnoOf } from "../../base/file.ts";
import type { Disk } from "../../store/file/file.ts";
import { openLog } from "../../store/log/log.ts";
import { LIMITS } from "../../base/limits.ts";
import { sumOf } from "../graph/checkpoint.ts";
import { checkpointFolder, logFolder, LOG_KIND } from "../graph/files.ts";
import { readManifest } from "../graph/manifest.ts";
import { hexOf } from "../graph/id.ts";
import type { Slot } from "../model.ts";
import type { Vectors } from "../vector/vector.ts";
import { readWords, textOf } from "../text/words.ts";
import type { Selectable } from "./select.ts";

export interface Checked {
  /** Files of the checkpoint, records of the log, concepts that each index was asked about. */
  readonly files: number;
  readonly records: number;
  readonly concepts: number;
  /** What does not hold, a sentence each, at most FINDINGS_MAX. */
  readonly findings: readonly string[];
}

export interface CheckInput extends Selectable {
  readonly directory: string;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly vectors: Vectors;
}

export const FINDINGS_MAX = 100;
const SLICE_SLOTS = 2000;
const BUFFER_BYTES = 1024 * 1024;

export async function checkNamespace(input: CheckInput): Promise<Checked> {
  const findings: string[] = [];
  const note = (text: string): void => void (findings.length < FINDINGS_MAX && findings.push(text));
  const files = await checkFiles(input, note);
  const records = await checkLog(input, note);
  const concepts = await checkIndexes(input, note);
  return { files, records, concepts, findings };
}

type Note = (text: string) => void;

async function checkFiles({ disk, directory }: CheckInput, note: Note): Promise<number> {
  const manifest = readManifest(disk, directory);
  if (manifest === null) return 0;
  const folder = checkpointFolder(directory, manifest.folder);
  for (const { name, sizeBytes, crc } of manifest.files)
    try {
      const fd = disk.open(join(folder, name), constants.O_RDONLY);
      try {
        const found = disk.stat(fd).size;
        if (found !== sizeBytes) note(`checkpoint: ${name} has ${found} bytes, not ${sizeBytes}`);
        else if ((await sumOf(disk, fd, sizeBytes, new Uint8Array(BUFFER_BYTES))) !== crc)
          note(`checkpoint: ${name} does not have its checksum`);
      } finally {
        disk.close(fd);
      }
    } catch (error) {
      if (errnoOf(error) === "") throw error;
      note(`checkpoint: ${name} cannot be read (${errnoOf(error)})`);
    }
  return manifest.files.length;
}

async function checkLog({ disk, directory, clock }: CheckInput, note: Note): Promise<number> {
  let records = 0;
  try {
    const log = await openLog({
      directory: logFolder(directory),
      kind: LOG_KIND,
      disk,
      clock,
      segmentBytesFirst: LIMITS.memoryLogSegmentBytesFirst,
      segmentBytesMax: LIMITS.memoryLogSegmentBytesMax,
      readOnly: true,
      follow: () => void records++,
    });
    await log.close();
  } catch (error) {
    note(`log: ${asOpError(error).message}`);
  }
  return records;
}

async function checkIndexes({ graph, ...of }: CheckInput, note: Note): Promise<number> {
  const status = of.vectors.status();
  let [concepts, texts, vectors] = [0, 0, 0];
  for (let slot: Slot = 0; slot < graph.slotEnd; slot++) {
    if (slot % SLICE_SLOTS === SLICE_SLOTS - 1) await setImmediate();
    const concept = graph.concept(slot);
    if (concept === null) continue;
    concepts++;
    const text = textOf(concept.content);
    if (text !== null && hasWord(Buffer.from(text).toString())) texts++;
    // Zeros have no direction, and are in no index.
    if (concept.vector?.length === status.dimension && concept.vector.some((one) => one !== 0)) vectors++;
    const type = concept.semantic?.type ?? null;
    if (of.meanings.typeOf(slot) !== type) note(`meaning: ${hexOf(concept.id)} is not as the graph has it`);
    for (const [key, value] of concept.attributes)
      if (of.attributes.count(key, value) === 0)
        note(`attribute: ${hexOf(concept.id)} is not found by its attributes`);
  }
  if (of.times.size !== graph.size) note(`time: ${of.times.size} concepts, the graph has ${graph.size}`);
  if (of.text.documents !== texts) note(`text: ${of.text.documents} contents, the graph has ${texts}`);
  if (status.vectors !== vectors) note(`vector: ${status.vectors} vectors, the graph has ${vectors}`);
  return concepts;
}

function hasWord(text: string): boolean {
  let found = false;
  readWords(text, () => (found = true));
  return found;
}
