// Probes as plain values and back: what the journal and a plan's JSON hold of them. Pure.

import { isTable, tableOf, type DocTable, type DocValue } from "../../plugin/plugin.ts";
import type { Probe, ProbeOutcome } from "../probe.ts";

/** {kind, about, within_ms, at {file, line, column}} and what the kind has: value+is, unit, host+port, name, argv. */
export function probeValue({ withinMs, at, ...probe }: Probe): DocTable {
  return tableOf(
    Object.entries<DocValue>({ ...probe, within_ms: withinMs, at: tableOf(Object.entries(at)) }),
  );
}

/** What `probeValue` gave; entries that are none are left out. */
export function probesFrom(values: readonly DocValue[]): readonly Probe[] {
  return values.flatMap((value) => {
    if (!isTable(value)) return [];
    const { within_ms: withinMs, ...probe } = value;
    // Written by `probeValue` into a log that checks its bytes: what has its members is a probe.
    return typeof withinMs === "number" && "kind" in probe
      ? [{ ...probe, withinMs } as unknown as Probe]
      : [];
  });
}

/** As the `end` entry of the audit log has them. */
export function probeRecords(
  outcomes: readonly ProbeOutcome[],
): readonly { about: string; passed: boolean; found: string; elapsed_ms: number }[] {
  return outcomes.map(({ probe, passed, found, elapsedMs }) => ({
    about: probe.about,
    passed,
    found,
    elapsed_ms: Math.round(elapsedMs),
  }));
}
