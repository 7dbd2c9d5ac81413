// Arms the timed commit of an apply that has begun: its guard is started, says so in the journal, and is told to people.

import type { Bus } from "../../host/dbus/dbus.ts";
import type { ApplyReply, Talk } from "../../api/api.ts";
import { deadlineOf, guardNote, waiting, type Waiting } from "./checkpoints.ts";
import { startGuard } from "./guard-start.ts";
import type { Parts } from "../parts.ts";

export interface Guarded {
  readonly armed: NonNullable<ApplyReply["armed"]>;
  /** Monotonic milliseconds at which it goes back. */
  readonly deadlineMs: number;
}

/** `bus`: a connection that may change things. Throws OPD2134; then no guard runs, and nothing was called yet. */
export async function armGuard(parts: Parts, bus: Bus, id: string, talk: Talk): Promise<Guarded> {
  const { journal } = await parts.records();
  const find = async (): Promise<Waiting | undefined> => {
    await journal.refresh();
    return waiting(journal, parts.clock).find((each) => each.id === id);
  };
  const said = async () => guardNote((await find())?.notes ?? []);
  const { pid, unit } = await startGuard({ parts, bus, id, said });
  const { begin } = (await find())!;
  const armed = { id, deadline: deadlineOf(begin), timeoutMs: begin.commit.timeout_ms };
  talk.tell({ type: "checkpoint_armed", by: "guard", ...armed, pid, unit });
  return { armed, deadlineMs: begin.commit.deadline_ms };
}
