// The recorder of an apply: journal before and between the calls, audit log at the end. One fsync before the first call,
// one before each further group, one at the end; the end of the journal's transaction is not waited for, because a
// recovery finds the apply's end in the audit log. Space for all of it is reserved first: a full disk is met before
// anything is changed.

import { hash, randomBytes } from "node:crypto";
import type { Clock } from "../../base/clock.ts";
import { OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import { bootId, thisProcess } from "../../base/process.ts";
import { canonicalJson } from "../../base/text/text.ts";
import {
  applyEntries,
  endingOf,
  journalBegin,
  notedOutcomes,
  plainRecord,
  probeValue,
  recordedOutcome,
  verificationRecord,
  type Actor,
  type Ending,
  type JournalBegin,
  type JournalNote,
  type Plan,
  type Purpose,
  type Recorder,
  type RecordedOutcome,
} from "../../state/state.ts";
import type { Talk } from "../../api/api.ts";
import { lastEnd } from "./pending.ts";
import type { Records } from "./records.ts";

export interface RecorderInput {
  /** Opened with the first record. */
  records(): Promise<Records>;
  readonly clock: Clock;
  /** GUID of the bus. */
  readonly bus: string;
  /** Its address, without the GUID. */
  readonly address: string;
  readonly actor: Actor;
  readonly purpose: Purpose;
  /** Of a rollback: what it goes back from or to. */
  readonly of: string | null;
  readonly hold: { readonly timeoutMs: number } | null;
  readonly talk: Pick<Talk, "tell">;
}
export interface ApplyRecorder extends Recorder {
  /** 16 hex digits. */
  readonly id: string;
}

/** Bytes beside an action's own record: its outcome with a reason, what the log adds to every entry. */
const ENTRY_BYTES_MORE = 768;
/** Bytes of an action's notes in the journal: its intent and its outcome. */
const NOTE_BYTES = 512;
/** Bytes of what there is once an apply: begin, end, signature, reason. */
const FRAME_BYTES = 16_384;

export function applyRecorder(input: RecorderInput): ApplyRecorder {
  const { clock } = input;
  const id = randomBytes(8).toString("hex");
  const notes: JournalNote[] = [];
  let begun: { readonly records: Records; readonly value: JournalBegin } | null = null;
  const note = async (said: JournalNote, durable: boolean): Promise<void> => {
    notes.push(said);
    await begun!.records.journal.note(id, plainRecord(said), durable);
  };
  const intent = (ids: readonly string[]): JournalNote => ({
    type: "intent",
    ids,
    mono_ms: clock.monotonicMs(),
  });
  return {
    id,
    async begin(plan, reading, first) {
      const records = await input.records();
      const value = journalBegin(plan, reading, await circumstances(input, plan, records));
      begun = { records, value };
      const sizeBytes = Buffer.byteLength(canonicalJson(plainRecord(value)));
      const count = value.actions.length;
      await records.audit.reserve(sizeBytes + count * ENTRY_BYTES_MORE + FRAME_BYTES);
      await records.journal.reserve(sizeBytes + count * NOTE_BYTES + FRAME_BYTES);
      notes.push(intent(first));
      await records.journal.begin(id, plainRecord(value), notes.map(plainRecord));
    },
    intent: (ids) => note(intent(ids), true),
    native: (plugin, handle) => note({ type: "native", plugin, handle }, true),
    outcome: (results) =>
      note(
        {
          type: "outcome",
          results: results.map((each) => ({ id: each.action.id, ...recordedOutcome(each) })),
        },
        false,
      ),
    rollingBack: (reason) => note({ type: "rolling-back", reason }, true),
    held: ({ verification }) => note({ type: "held", verification: verificationRecord(verification) }, true),
    forget: () => begun!.records.journal.end(id),
    end: (report) =>
      writeEnd(
        begun!.records,
        { id, begin: begun!.value },
        notedOutcomes(notes),
        endingOf(report, "apply"),
        input.talk,
      ),
  };
}

async function circumstances(input: RecorderInput, plan: Plan, { audit, journal }: Records) {
  const { clock, bus, address, actor, purpose, of, hold } = input;
  const documents: JournalBegin["documents"][number][] = [];
  for (const { file, format, text } of plan.document.sources) {
    const isShort = text.length <= LIMITS.documentInlineCharsMax;
    const digest = isShort ? hash("sha256", text) : await audit.putBlob(Buffer.from(text));
    documents.push({ file, format, digest, text: isShort ? text : null });
  }
  return {
    purpose,
    of,
    bus,
    address,
    actor,
    process: { ...thisProcess(), boot: bootId() },
    place: journal.place(),
    time: new Date(clock.wallMs()).toISOString(),
    documents,
    audit_size: audit.size,
    commit: hold && {
      timeout_ms: hold.timeoutMs,
      deadline_ms: clock.monotonicMs() + hold.timeoutMs,
      probes: plan.document.probes.map(probeValue),
    },
  };
}

/** Ends an apply: its entries in the audit log, durable with a signed checkpoint; the pin; the journal. `outcomes`: by
 * action id; what is missing was not started. An end that the log has of it already counts no more. Throws OPD5002,
 * OPD5004, OPD5005: then it is still pending. */
export async function writeEnd(
  { audit, journal, meter, pin }: Records,
  { id, begin }: { readonly id: string; readonly begin: JournalBegin },
  outcomes: ReadonlyMap<string, RecordedOutcome>,
  ending: Ending,
  talk: Pick<Talk, "tell">,
): Promise<void> {
  await audit.refresh();
  const earlier = lastEnd(audit, id, begin);
  const replaces = earlier === null ? {} : { replaces: earlier.index };
  const entries = applyEntries(id, begin, outcomes, { ...ending, ...replaces }).map(plainRecord);
  const { first, checkpoint } = await audit.append(entries, { group: true, checkpoint: true });
  meter.ended(ending);
  meter.grown(audit);
  // It has ended: what cannot be written from here on changes nothing about that. An older pin is a good one, and a
  // transaction that stays open is closed by the next start, which finds the end.
  try {
    if (checkpoint !== null) pin(checkpoint);
    await journal.end(id);
  } catch (error) {
    if (!(error instanceof OpError)) throw error;
  }
  const { size, root } = checkpoint!;
  const last = first + entries.length - 1;
  try {
    talk.tell({ type: "audit_appended", apply: id, entries: [first, last], size, root });
  } catch {
    // That nobody listens any more takes nothing back.
  }
}
