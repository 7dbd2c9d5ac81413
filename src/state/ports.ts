// What state needs from the outside and does not import: ports that app/ fills.

import type { PlainTable } from "../base/text/text.ts";
import type { DocValue } from "../plugin/plugin.ts";
import type { ActionResult, Plan, Reading, Report } from "./model.ts";
import type { Probe, ProbeResult } from "./probe.ts";

/** One writer per bus: whoever applies holds it. */
export interface HeldLock {
  /** Idempotent. The end of the process releases it too. */
  release(): Promise<void>;
}

/** Keeps what is done, so that a crash at any instant can be understood and every end is provable. Each member resolves
 * when what it was told is durable, unless it says otherwise. When one rejects, nothing more is called and all is put
 * back; what rejects while putting back is ignored, because the machine comes first. */
export interface Recorder {
  /** Before the first call: what will be done and the way back. `first`: ids of the group that comes first. */
  begin(plan: Plan, reading: Reading, first: readonly string[]): Promise<void>;
  /** Before the calls of a group (not the first one's: `begin` said it). */
  intent(ids: readonly string[]): Promise<void>;
  /** A service armed its own checkpoint. */
  native(plugin: string, handle: DocValue): Promise<void>;
  /** After the calls of a group. Not durable by itself: what is lost is read from the machine. */
  outcome(results: readonly ActionResult[]): Promise<void>;
  /** Putting back begins. */
  rollingBack(reason: string): Promise<void>;
  /** All is done and verified, and waits to be committed (timed commit). */
  held(report: Report): Promise<void>;
  /** Begun, and nothing was called: as if it had not been. */
  forget(): Promise<void>;
  /** It ended: the audit log has it. */
  end(report: Report): Promise<void>;
}

/** Asks one probe once. Never rejects. */
export type AskProbe = (probe: Probe, signal: AbortSignal) => Promise<ProbeResult>;

/** What happened, oldest first: entries of the audit log (recorded.ts says their forms), blobs resolved. */
export interface Past {
  entries(): Iterable<{ readonly index: number; readonly value: PlainTable }>;
}
