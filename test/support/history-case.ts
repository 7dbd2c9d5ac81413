// A past made of real applies of a machine in memory: planned, applied, recorded and written as the product does it, with
// a copy of the machine after each. What history says must agree with the copies.

import { canonicalJson, plainOf, readText, type PlainTable } from "../../src/base/text/text.ts";
import type { Past } from "../../src/state/ports.ts";
import {
  applyEntries,
  endingOf,
  journalBegin,
  plainRecord,
  recordedOutcome,
} from "../../src/state/record/recording.ts";
import type { Report } from "../../src/state/model.ts";
import { applied, documentOf, planned, pluginMap, type Planned, type Spec } from "./state-case.ts";
import { copyOf, type FakePlugin, type Machine } from "./fake-plugin.ts";

export interface Diary {
  readonly past: Past;
  /** The machine after generation 0, 1, 2, ... */
  readonly machines: readonly Machine[];
  /** Plans and applies; what changed nothing is no generation. */
  apply(spec: Spec): Promise<Report>;
  /** Another entry, as the log would give it back. */
  add(value: PlainTable): void;
}

export function diary(plugin: FakePlugin): Diary {
  const values: PlainTable[] = [];
  const machines: Machine[] = [copyOf(plugin.machine)];
  const plugins = pluginMap(plugin);
  const add = (value: PlainTable): void => {
    const time = timeAt(machines.length - 1);
    const text = canonicalJson({ time, ...value });
    values.push(plainOf(readText("entry", text, "json").root!) as PlainTable);
  };
  return {
    past: {
      *entries() {
        for (const [index, value] of values.entries()) yield { index, value };
      },
    },
    machines,
    async apply(spec) {
      const made = await planned(documentOf(spec), plugins);
      const { report } = await applied(made, plugins);
      if (report.end === "unchanged") return report;
      machines.push(copyOf(plugin.machine));
      recorded(made, report, machines.length - 1).forEach(add);
      return report;
    },
    add,
  };
}

/** When generation `number` ended, and, ten seconds before, began. */
function timeAt(number: number, secondsBefore = 0): string {
  return new Date(Date.UTC(2026, 0, 1, 0, number, -secondsBefore)).toISOString();
}

function recorded({ plan, reading }: Planned, report: Report, number: number): readonly PlainTable[] {
  const begin = journalBegin(plan, reading, {
    purpose: "apply",
    of: null,
    bus: "0",
    address: "unix:path=/b",
    actor: { uid: 0, pid: 1, user: "root", unit: "", subject: "op-dbus apply web.toml" },
    process: { pid: 1, start: "1", boot: "b" },
    place: { machine: "", boot: "b", path: "/j", inode: "1", born: "", device: "1" },
    time: timeAt(number, 10),
    documents: [{ file: "web.toml", format: "toml", digest: `d${number}`, text: null }],
    audit_size: 0,
    commit: null,
  });
  const outcomes = new Map(report.results.map((result) => [result.action.id, recordedOutcome(result)]));
  return applyEntries(`${number}`.padStart(16, "0"), begin, outcomes, endingOf(report, "apply")).map(
    plainRecord,
  );
}
