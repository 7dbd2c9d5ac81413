// What entries say of each other, one entry at a time. Always: the head that a group names as the one before it, or a head
// could be taken out unnoticed. In the full check: canonical form, what groups bind, blobs, times.

import { hash } from "node:crypto";
import type { Plain, PlainTable } from "../../base/text/text.ts";
import { canonicalValue, referenceOf } from "./entry.ts";
import { leafHash } from "./merkle.ts";
import type { Findings } from "./report.ts";

export interface EntryCheckOptions {
  /** Digests of further blobs that an entry binds, in the owner's words. */
  readonly blobsOf: (entry: PlainTable) => readonly string[];
  /** What is wrong with a blob; null = nothing. */
  readonly blobFault: (digest: string) => string | null;
}

interface Head {
  readonly size: number;
  readonly root: string;
}

export class EntryCheck {
  groups = 0;
  blobs = 0;
  readonly #findings: Findings;
  readonly #options: EntryCheckOptions;
  /** The group that is not closed yet: its first entry, and its leaf hashes. */
  #first: number | null = null;
  #leaves: Buffer[] = [];
  #newestTime = "";

  constructor(findings: Findings, options: EntryCheckOptions) {
    this.#findings = findings;
    this.#options = options;
  }

  /** `before`: the newest head before the entry. */
  entry(index: number, payload: Buffer, before: Head): void {
    const where = `entry ${index}`;
    const value = canonicalValue(payload.toString("utf8"));
    if (value === null || value["v"] !== 1 || typeof value["type"] !== "string")
      return this.#findings.alarm("OPD5106", "it is not the canonical JSON of an entry", where);
    this.#time(value["time"], where);
    this.#group(index, value, payload, before);
    const digests = Object.values(value)
      .map(referenceOf)
      .filter((one) => one !== null);
    for (const digest of [...digests, ...this.#options.blobsOf(value)]) {
      this.blobs++;
      const fault = this.#options.blobFault(digest);
      if (fault !== null) this.#findings.alarm("OPD5111", `blob ${digest} that it binds: ${fault}`, where);
    }
  }

  /** The part of `entry` that is always checked. */
  previous(index: number, payload: Buffer, before: Head): void {
    if (!payload.includes(PREVIOUS)) return;
    const value = canonicalValue(payload.toString("utf8"));
    if (value?.["previous"] !== undefined) this.#previous(index, value["previous"], before);
  }

  /** A head, or the end of the log: a group cannot go on behind it. */
  boundary(): void {
    if (this.#first !== null) this.#broken("the group that begins here has no end", this.#first);
    this.#first = null;
  }

  #group(index: number, { previous, binds }: PlainTable, payload: Buffer, before: Head): void {
    if (previous !== undefined) {
      this.boundary();
      this.#previous(index, previous, before);
      this.#first = index;
      this.#leaves = [];
    }
    if (binds !== undefined) {
      this.groups++;
      if (
        this.#first === null ||
        !isTable(binds) ||
        binds["first"] !== this.#first ||
        binds["count"] !== this.#leaves.length ||
        binds["digest"] !== hash("sha256", Buffer.concat(this.#leaves))
      )
        this.#broken("what it binds is not what stands before it", index);
      this.#first = null;
    }
    if (this.#first !== null) this.#leaves.push(leafHash(payload));
  }

  #previous(index: number, previous: Plain, before: Head): void {
    if (!isTable(previous) || previous["size"] !== before.size || previous["root"] !== before.root)
      this.#broken("the head it names as the one before is another", index);
  }

  #time(time: Plain | undefined, where: string): void {
    if (typeof time !== "string") return this.#findings.alarm("OPD5106", "it has no time", where);
    if (time < this.#newestTime)
      this.#findings.note("OPD5115", `its time is ${time}, after one of ${this.#newestTime}`, where);
    // Only the step back is told, not every entry until the clock is where it was.
    this.#newestTime = time;
  }

  #broken(message: string, index: number): void {
    this.#findings.alarm("OPD5110", message, `entry ${index}`);
  }
}

/** In every entry that begins a group; elsewhere only as a member of a member. */
const PREVIOUS = Buffer.from('"previous":{');

function isTable(value: Plain): value is PlainTable {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
