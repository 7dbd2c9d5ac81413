// Checking who signed: the first entry names the first key, an entry of type `key` hands over to the next one, and every
// head is signed by the key of its place; the head over a handing over by both.

import { OpError } from "../../base/error.ts";
import type { SignedHead } from "./checkpoint.ts";
import { parseVkey, verifyNote, type Verifier } from "./note.ts";
import type { Findings } from "./report.ts";

export class KeyCheck {
  /** Every key there was, oldest first. */
  readonly known: Verifier[] = [];
  /** The entry that handed over, until a head covers it. */
  #handedOverAt: number | null = null;
  readonly #findings: Findings;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  get origin(): string {
    return this.known[0]?.name ?? "";
  }

  /** Entry `index` is there; `vkey`: the one it names, null = it is no key entry. */
  entry(index: number, vkey: string | null, replaces: string | null): void {
    const where = `entry ${index}`;
    if (this.#handedOverAt !== null) this.#alarm("the key changed without a head right after it", where);
    const verifier = vkey === null ? null : parseVkey(vkey);
    if (verifier === null) {
      if (index === 0) this.#alarm("the first entry names no key", where);
      return;
    }
    if (replaces !== (this.known.at(-1)?.vkey ?? null))
      this.#alarm("the key is not handed over by the one before", where);
    if (index > 0) this.#handedOverAt = index;
    if (index > 0 && verifier.name !== this.origin) this.#alarm("the new key has another name", where);
    this.known.push(verifier);
  }

  head({ origin, size, note }: SignedHead): void {
    const where = `head of ${size} entries`;
    const needed = this.known.slice(this.#handedOverAt === null ? -1 : -2);
    this.#handedOverAt = null;
    const { good, bad } = verifyNote(note, needed);
    if (origin !== this.origin) this.#alarm("the head has another name than the log's key", where);
    if (bad.length > 0) this.#alarm("a signature of the log's key does not hold", where);
    else if (needed.length === 0 || needed.some(({ vkey }) => !good.includes(vkey)))
      this.#alarm("it is not signed by the log's key", where);
  }

  finish(): void {
    if (this.#handedOverAt !== null)
      this.#alarm("the key changed and no head follows", `entry ${this.#handedOverAt}`);
  }

  #alarm(message: string, where: string): void {
    this.#findings.alarm("OPD5108", message, where);
  }
}

/** Verifier keys that a person named. Throws OPD5103. */
export function verifiersOf(vkeys: readonly string[]): readonly Verifier[] {
  return vkeys.map((vkey) => {
    const verifier = parseVkey(vkey);
    if (verifier === null)
      throw new OpError("OPD5103", "what was named as a key is no verifier key", { where: vkey });
    return verifier;
  });
}
