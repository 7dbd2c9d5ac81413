// Comparing the log with what was remembered of it elsewhere: at the size of each anchor the tree has its root, and who
// signed it is one of the log's keys; a witness has signed at least one head.

import { EMPTY_ROOT } from "./merkle.ts";
import { verifyNote, type Note, type Verifier } from "./note.ts";
import type { Anchor } from "./pin.ts";
import type { AuditReport, Findings } from "./report.ts";

export class AnchorCheck {
  readonly #findings: Findings;
  readonly #anchors: readonly Anchor[];
  readonly #witnesses: readonly Verifier[];
  readonly #reached = new Set<Anchor>();
  #witnessedSize = 0;
  #next: number;
  #contradicted = false;

  constructor(findings: Findings, anchors: readonly Anchor[], witnesses: readonly Verifier[]) {
    this.#findings = findings;
    this.#anchors = anchors;
    this.#witnesses = witnesses;
    this.#next = -1;
    this.grown(0, () => EMPTY_ROOT);
  }

  /** The tree has `size` entries now. */
  grown(size: number, root: () => Buffer): void {
    if (size < this.#next) return;
    const now = this.#anchors.filter((anchor) => anchor.size === size);
    for (const anchor of now) {
      this.#reached.add(anchor);
      if (root().toString("base64") !== anchor.root)
        this.#alarm(`its first ${size} entries are others than the anchor's`, anchor.name);
    }
    this.#next = Math.min(
      ...this.#anchors.map((anchor) => anchor.size).filter((other) => other > size),
      Infinity,
    );
  }

  /** A head of the log's own, over entries whose root it has. */
  head(size: number, note: Note): void {
    if (this.#witnesses.length === 0) return;
    const { good, bad } = verifyNote(note, this.#witnesses);
    if (bad.length > 0) this.#alarm("a witness's signature does not hold", `head of ${size} entries`);
    if (good.length > 0) this.#witnessedSize = Math.max(this.#witnessedSize, size);
  }

  /** All entries are read: `keys` are those of the log. */
  finish(size: number, origin: string, keys: readonly Verifier[]): void {
    for (const anchor of this.#anchors) {
      if (!this.#reached.has(anchor))
        this.#alarm(`it has ${size} entries, the anchor ${anchor.size}`, anchor.name);
      if (anchor.origin !== origin) this.#alarm("the anchor is of a log with another name", anchor.name);
      if (anchor.note !== null) this.#note(anchor, anchor.note, keys);
      else if (!keys.some(({ vkey }) => vkey === anchor.key))
        this.#alarm("the anchor was signed by a key that is none of this log", anchor.name);
    }
    if (this.#witnesses.some(({ vkey }) => keys.some((own) => own.vkey === vkey)))
      this.#alarm("what was named as a witness is the log's own key, which vouches for nothing", "witness");
    if (this.#witnesses.length > 0 && this.#witnessedSize === 0)
      this.#alarm("no head of this log is signed by the witness", "witness");
  }

  get verdict(): Pick<AuditReport, "anchored" | "anchoredSize"> {
    const sizes = [...this.#reached].map(({ size }) => size);
    const anchoredSize = this.#contradicted ? 0 : Math.max(this.#witnessedSize, ...sizes, 0);
    if (this.#contradicted) return { anchored: "contradicted", anchoredSize };
    return { anchored: anchoredSize > 0 ? "anchored" : "not anchored", anchoredSize };
  }

  #note(anchor: Anchor, note: Note, keys: readonly Verifier[]): void {
    const own = verifyNote(note, keys);
    const seen = verifyNote(note, this.#witnesses);
    if (own.bad.length + seen.bad.length > 0)
      this.#alarm("a signature of the anchor does not hold", anchor.name);
    if (own.good.length === 0) this.#alarm("the anchor is not signed by a key of this log", anchor.name);
    // It vouches for its size only where the tree agrees, which was looked at when the tree had it.
    if (seen.good.length > 0) this.#witnessedSize = Math.max(this.#witnessedSize, anchor.size);
  }

  #alarm(message: string, where: string): void {
    this.#contradicted = true;
    this.#findings.alarm("OPD5112", message, where);
  }
}
