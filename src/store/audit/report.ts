// What checking an audit log finds. An alarm means that the log is not what was written and signed; a note is what a person
// may want to know. The number of findings is bounded, what comes beyond is counted.

import type { Code } from "../../base/codes.ts";
import { LIMITS } from "../../base/limits.ts";

export interface AuditFinding {
  readonly code: Code;
  readonly severity: "alarm" | "note";
  /** What is wrong, in one sentence. */
  readonly message: string;
  /** File and byte, entry, tile or anchor. */
  readonly where: string;
}

export interface AuditReport {
  /** No alarm. */
  readonly holds: boolean;
  /** `not anchored`: the log agrees with itself, and nothing from outside of it was there to compare it with. */
  readonly anchored: "anchored" | "not anchored" | "contradicted";
  /** Entries that an anchor vouches for. */
  readonly anchoredSize: number;
  readonly full: boolean;
  readonly origin: string;
  /** The verifier key that signs at the end of the log. */
  readonly key: string;
  /** Root of all entries, base64, and entries under the newest signed head. */
  readonly root: string;
  readonly signedSize: number;
  readonly counts: {
    readonly entries: number;
    readonly heads: number;
    readonly groups: number;
    readonly blobs: number;
    readonly tiles: number;
    readonly segments: number;
    readonly bytes: number;
  };
  readonly findings: readonly AuditFinding[];
  /** Findings that are not listed. */
  readonly more: number;
}

export class Findings {
  readonly list: AuditFinding[] = [];
  more = 0;
  alarms = 0;

  alarm(code: Code, message: string, where: string): void {
    this.alarms++;
    this.#add({ code, severity: "alarm", message, where });
  }

  note(code: Code, message: string, where: string): void {
    this.#add({ code, severity: "note", message, where });
  }

  #add(finding: AuditFinding): void {
    if (this.list.length < LIMITS.auditFindingsMax) this.list.push(finding);
    else this.more++;
  }
}
