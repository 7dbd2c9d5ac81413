// What is kept of what was done, in the state directory: the audit log in `@timing`, the journal in `@state/journal`, the
// pin of the newest checkpoint in `@state/pin`. Folders are private; keys lie elsewhere, so that a copy of the records
// holds none.

import { join } from "node:path";
import type { Clock } from "../../base/clock.ts";
import { OpError } from "../../base/error.ts";
import { bootId } from "../../base/process.ts";
import { configHome, type Config, type Who } from "../../base/settings.ts";
import type { DroppedEntry } from "../../state/state.ts";
import {
  openAudit,
  readPin,
  writePin,
  type Audit,
  type Checkpoint,
  type Pin,
} from "../../store/audit/audit.ts";
import { makePrivate, promptDisk, systemDisk, type Disk } from "../../store/file/file.ts";
import { openJournal, type Journal } from "../../store/journal/journal.ts";
import type { Metrics } from "../../telemetry/metrics/metrics.ts";
import { makeStateFolder } from "./state-folder.ts";
import { meteredDisk } from "../telemetry/metered-disk.ts";
import { recordMeter, type RecordMeter } from "../telemetry/record-meter.ts";

export interface Records {
  readonly audit: Audit;
  readonly journal: Journal;
  readonly meter: RecordMeter;
  /** Remembers a checkpoint outside of the log's folder: a log that is cut behind it is noticed. Throws OPD5002. */
  pin(checkpoint: Checkpoint): void;
  close(): Promise<void>;
}

export interface RecordsInput {
  readonly config: Pick<Config, "stateDir">;
  readonly who: Who;
  readonly clock: Clock;
  /** Tests hand in one that fails. */
  readonly disk?: Disk | undefined;
  /** This process has nothing else to do until a record is written. */
  readonly single?: boolean;
  /** Counts what is written; null or absent = nothing does. */
  readonly metrics?: Metrics | null;
}

/** Opens both for writing, made where they are missing. Throws OPD5001 to OPD5005, OPD5101, OPD5201. */
export async function openRecords(input: RecordsInput): Promise<Records> {
  const { config, who, clock, disk = input.single === true ? promptDisk : systemDisk } = input;
  const { metrics = null } = input;
  const { stateDir } = config;
  const [timing, state] = [
    await makeStateFolder(stateDir, "@timing", who.uid),
    await makeStateFolder(stateDir, "@state", who.uid),
  ];
  const keyDirectory = join(configHome(who), "keys");
  // Refused here, before there is anything to put back.
  makePrivate(disk, keyDirectory, who.uid);
  const audit = await openAudit({
    directory: timing,
    keyDirectory,
    disk: meteredDisk(disk, metrics, "audit"),
    clock,
    bootId: bootId(),
    uid: who.uid,
    // Read before the log is: it only grows.
    pin: ownPin(disk, join(state, "pin")),
  });
  try {
    const directory = join(state, "journal");
    makePrivate(disk, directory, who.uid);
    const counted = meteredDisk(disk, metrics, "journal");
    const journal = await openJournal({ directory, disk: counted, clock });
    // What a crash cut off was never acknowledged; that it is gone is told all the same.
    if (audit.droppedBytes > 0) {
      const dropped = { type: "dropped", bytes: audit.droppedBytes } satisfies DroppedEntry;
      await audit.append([dropped], { group: false, checkpoint: false });
    }
    const meter = recordMeter(metrics);
    meter.grown(audit);
    return {
      audit,
      journal,
      meter,
      pin: (checkpoint) => writePin(disk, join(state, "pin"), checkpoint, audit.key),
      async close() {
        await journal.close();
        await audit.close();
      },
    };
  } catch (error) {
    await audit.close();
    throw error;
  }
}

/** The pin, or why it cannot be read. */
function ownPin(disk: Disk, path: string): Pin | OpError | null {
  try {
    return readPin(disk, path);
  } catch (error) {
    if (error instanceof OpError) return error;
    throw error;
  }
}
