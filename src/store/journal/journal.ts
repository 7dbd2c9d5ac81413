// The journal: what was begun and may not have ended. A transaction is begun before the first effect, notes are added
// before and after each effect, and an end closes it. What is open at the next start was interrupted. The values are the
// owner's: the journal knows no plan.

import type { PlainTable } from "../../base/text/text.ts";

export interface Transaction {
  readonly id: string;
  readonly begin: PlainTable;
  /** In the order they were written. */
  readonly notes: readonly PlainTable[];
}

export interface Journal {
  /** Transactions without an end, oldest first, as of the last refresh. */
  pending(): readonly Transaction[];
  /** Reads what other processes wrote since. */
  refresh(): Promise<void>;
  /** Durable when it resolves, together with `notes`. Throws OPD5002, OPD5004. */
  begin(id: string, value: PlainTable, notes?: readonly PlainTable[]): Promise<void>;
  /** `durable` false: written, and durable with the next durable one; enough for what only tells more. */
  note(id: string, value: PlainTable, durable: boolean): Promise<void>;
  /** Closes a transaction. Not durable by itself: an end that is lost leaves it pending, and resolving it again is harmless. */
  end(id: string): Promise<void>;
  /** Space for that many more bytes is there. */
  reserve(sizeBytes: number): Promise<void>;
  close(): Promise<void>;
}
