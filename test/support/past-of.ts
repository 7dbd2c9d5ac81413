// A log in a few words, for tests of history: applies with their actions, and other entries as they are; and the plugin
// that their addresses are about.

import type { PlainTable } from "../../src/base/text/text.ts";
import {
  tableOf,
  type DocValue,
  type FieldSchema,
  type ResourceSchema,
  type Schema,
} from "../../src/plugin/plugin.ts";
import { parseAddress } from "../../src/state/address.ts";
import type { Past } from "../../src/state/ports.ts";
import type { ActionEntry, EndEntry } from "../../src/state/record/recorded.ts";

type Told = Partial<Omit<ActionEntry, "before" | "after">> & {
  readonly before?: unknown;
  readonly after?: unknown;
};
export interface Applied {
  readonly actions?: readonly (readonly [address: string, before: unknown, after: unknown, more?: Told])[];
  readonly end?: Partial<Omit<EndEntry, "left">> & {
    readonly left?: readonly { readonly address: string; readonly found: unknown }[];
  };
  readonly user?: string;
  readonly file?: string;
}

/** Generation N ends at minute N and began half a minute before. */
export function minute(n: number, seconds = 0): string {
  return new Date(Date.UTC(2026, 0, 1, 0, n, seconds)).toISOString();
}

/** Applies, and other entries as they are. */
export function pastOf(...happened: readonly (Applied | (PlainTable & { readonly type: string }))[]): Past {
  const values: PlainTable[] = [];
  let number = 0;
  for (const happening of happened) {
    if ("type" in happening) {
      values.push({ time: minute(number), ...happening });
      continue;
    }
    number += 1;
    values.push(...entriesOf(happening, number));
  }
  return {
    *entries() {
      for (const [index, value] of values.entries()) yield { index, value };
    },
  };
}

function entriesOf({ actions = [], end = {}, user = "root", file = "web.toml" }: Applied, number: number) {
  const [time, started, apply] = [minute(number), minute(number, -30), `apply${number}`];
  const actor = { uid: 0, pid: 1, user, unit: "", subject: "" };
  const documents = [{ file, format: "toml", digest: `d${number}`, text: null }];
  const rest = { by: "apply", faults: [], verification: null, probes: [], left: [] };
  return [
    { type: "begin", time, apply, purpose: "apply", of: null, bus: "", actor, started, documents },
    ...actions.map(([address, before, after, more = {}], i) => ({
      type: "action",
      time,
      apply,
      id: `a${i + 1}`,
      address,
      ...parseAddress(address),
      before,
      after,
      verb: "update",
      outcome: "done",
      reason: "",
      also: [],
      secret: false,
      undo: "inverse",
      ...more,
    })),
    { type: "end", time, apply, end: "done", ...rest, ...end },
  ] as unknown as PlainTable[];
}

export const CREATE = { verb: "create" } as const;
export const DELETE = { verb: "delete" } as const;
export const table = (entries: Readonly<Record<string, DocValue>>): DocValue =>
  tableOf(Object.entries(entries));

function field(name: string, more: Partial<FieldSchema> = {}): [string, FieldSchema] {
  const plain = {
    kind: "value",
    signature: "s",
    writable: true,
    createOnly: false,
    readable: true,
    secret: false,
  } as const;
  return [name, { name, ...plain, normalise: (value) => ({ value }), ...more }];
}
const THINGS: ResourceSchema = {
  name: "things",
  fields: new Map([
    field("size"),
    field("material", { writable: false, createOnly: true }),
    field("serial", { writable: false }),
  ]),
  anyKey: false,
  canCreate: true,
  canDelete: true,
  canUpdate: true,
  openFields: false,
};
const SCHEMA: Schema = {
  plugin: "p",
  self: new Map([
    field("F"),
    field("Default", { default: null }),
    field("Record", { kind: "record" }),
    field("Secret", { secret: true }),
  ]),
  resources: new Map([
    ["things", THINGS],
    ["fixed", { ...THINGS, name: "fixed", canCreate: false, canDelete: false }],
    ["open", { ...THINGS, name: "open", fields: new Map(), openFields: true, openLevels: 2 }],
  ]),
  interfaces: new Map(),
  notes: [],
};
export const SCHEMAS = new Map([["p", SCHEMA]]);

// ---- logs that several tests ask

export const SET_TWICE = pastOf({ actions: [["p:F", 0, 1]] }, { actions: [["p:F", 1, 2]] });

export const FAILED = pastOf(
  { actions: [["p:F", 0, 1]] },
  {
    actions: [
      ["p:F", 1, 2],
      ["p:Record", 5, 6, { outcome: "not-started" }],
    ],
    end: { end: "restored" },
  },
  {
    actions: [
      ["p:F", 1, 3],
      ["p:Record", 5, 7],
    ],
    end: { end: "left", left: [{ address: "p:F", found: 9 }] },
  },
);

export const ITEM = pastOf(
  { actions: [["p:things/a", null, table({ size: 1 }), CREATE]] },
  { actions: [["p:things/a.size", 1, 2]] },
  { actions: [["p:things/a", table({ size: 2, serial: "s" }), null, DELETE]] },
  { actions: [["p:things/a", null, table({ size: 4 }), CREATE]] },
  { actions: [["p:things/a.material", "wood", "iron"]] },
);

export const ALSO = pastOf(
  {
    actions: [
      [
        "p:things/a",
        null,
        table({}),
        {
          ...CREATE,
          also: [
            { verb: "create", resource: "things", key: "lib", about: "1.0" },
            { verb: "delete", resource: "things", key: "old", about: "0.9" },
          ],
        },
      ],
    ],
  },
  {
    actions: [
      [
        "p:things/lib.size",
        5,
        6,
        { also: [{ verb: "update", resource: "things", key: "lib", about: "1.1" }] },
      ],
    ],
  },
);

export const NEWEST = pastOf({ actions: [["p:things/a", table({ serial: "1.0" }), "latest"]] });

export const SECRET = pastOf(
  { actions: [["p:Secret", { digest: "d1" }, { secret: "env:S", digest: "d2" }, { secret: true }]] },
  { actions: [["p:Secret", { digest: "d2" }, null, { secret: true }]] },
  {
    actions: [["p:Secret", null, { secret: "env:S" }, { secret: true }]],
    end: { end: "left", left: [{ address: "p:Secret", found: null }] },
  },
  { actions: [["p:things/a", null, table({ size: table({ secret: "env:S" }) }), CREATE]] },
);

export const UNREADABLE = pastOf(
  { actions: [["p:F", { unknown: "access denied" }, 1]] },
  { actions: [["p:F", 1, 2]] },
);

export const NESTED = pastOf({ actions: [["p:open/net.ipv4.method", "auto", "manual"]] });
