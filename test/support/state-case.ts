// What a test of state/ needs beside a machine: a document from a plain object, a context, and the road from both to a
// plan or a report.

import { createHash } from "node:crypto";
import type { Clock } from "../../src/base/clock.ts";
import { writeJson } from "../../src/base/text/text.ts";
import {
  isTable,
  type DocValue,
  type Plugin,
  type PluginContext,
  type Schema,
} from "../../src/plugin/plugin.ts";
import {
  applyPlan,
  makePlan,
  type ApplyEvent,
  type ContextOf,
  type Document,
  type Plan,
  type Reading,
} from "../../src/state/state.ts";
import type { Report, Wanted, WantedItem, WantedPlugin, WantedResource } from "../../src/state/model.ts";
import type { ApplyInput } from "../../src/state/apply/apply.ts";
import { bindDocument } from "../../src/state/document/bind.ts";
import { parseDocument } from "../../src/state/document/document.ts";
import type { Selection } from "../../src/state/inventory/selection.ts";
import { fakeClock } from "./fake-clock.ts";
import { askNothing, silentRecorder } from "./recorder.ts";

const AT = { file: "doc.json", line: 1, column: 1 };
const RESOURCES = new Set(["things", "fixed"]);

export type Spec = Readonly<Record<string, Readonly<Record<string, DocValue>>>>;

/** Plugin -> field or resource; items with `ensure`; a resource with `exclusive` (its max_removals). {reset:true} too. */
export function documentOf(spec: Spec): Document {
  const plugins = new Map<string, WantedPlugin>();
  for (const [plugin, body] of Object.entries(spec)) {
    const self = new Map<string, Wanted>();
    const resources = new Map<string, WantedResource>();
    for (const [name, value] of Object.entries(body)) {
      if (RESOURCES.has(name)) resources.set(name, resourceOf(value as Record<string, DocValue>));
      else self.set(name, wantedOf(value));
    }
    plugins.set(plugin, { plugin, self, resources, at: AT });
  }
  const text = writeJson({ version: 1, plugins: spec }, 0);
  return {
    version: 1,
    plugins,
    probes: [],
    sources: [{ file: "doc.json", format: "json", text }],
    digest: "d1",
  };
}

function resourceOf(value: Readonly<Record<string, DocValue>>): WantedResource {
  const items = new Map<string, WantedItem>();
  for (const [key, item] of Object.entries(value)) {
    if (key === "exclusive") continue;
    const { ensure, ...fields } = item as Record<string, DocValue>;
    items.set(key, {
      key,
      ensure: (ensure ?? "present") as WantedItem["ensure"],
      ensureSaid: ensure !== undefined,
      fields: new Map(Object.entries(fields).map(([field, wish]) => [field, wantedOf(wish)])),
      at: AT,
    });
  }
  const cap = value["exclusive"];
  return { items, exclusive: cap === undefined ? null : { maxRemovals: Number(cap), at: AT }, at: AT };
}

function wantedOf(value: DocValue): Wanted {
  const reset = value === null || (isTable(value) && value["reset"] === true);
  return { value: reset ? null : value, reset, at: AT };
}

/** The document that a text says, read and bound as the product does it. */
export async function documentFrom(text: string, plugins: ReadonlyMap<string, Plugin>): Promise<Document> {
  const sources = [{ file: "doc.json", format: "json", text }] as const;
  const { raw, faults } = parseDocument(sources);
  const schemas = new Map<string, Schema>();
  for (const [name, plugin] of plugins) schemas.set(name, await plugin.schema(contextOf()(plugin)));
  const bound = raw === null ? null : bindDocument(raw, schemas, sources);
  const all = [...faults, ...(bound?.faults ?? [])];
  if (all.length > 0) throw new Error(`no document: ${all.map(({ message }) => message).join("; ")}`);
  return bound!.document!;
}

export function contextOf(clock: Clock = fakeClock()): ContextOf {
  const ctx: PluginContext = {
    bus: {
      uniqueName: ":1.0",
      guid: "0",
      address: "",
      connected: true,
      call: () => Promise.reject(new Error("no bus here")),
      subscribe: () => Promise.reject(new Error("no bus here")),
      watchName: () => Promise.reject(new Error("no bus here")),
      owner: () => Promise.resolve(null),
      close: () => Promise.resolve(),
    },
    clock,
    interactive: false,
    signal: new AbortController().signal,
    introspect: () => Promise.resolve(new Map()),
    secretDigest: (address, value) => createHash("sha256").update(`${address} ${value}`).digest("hex"),
    secretValue: (reference) => {
      if (reference === "env:MISSING") throw new Error("MISSING is not set");
      return `value of ${reference}`;
    },
    checkAuth: false,
    progress: () => undefined,
  };
  return () => ctx;
}

export function pluginMap(...plugins: readonly Plugin[]): ReadonlyMap<string, Plugin> {
  return new Map(plugins.map((plugin) => [plugin.name, plugin]));
}

export interface Planned {
  readonly plan: Plan;
  readonly reading: Reading;
}

/** The plan, or a failure of the test with its faults. */
export async function planned(
  document: Document,
  plugins: ReadonlyMap<string, Plugin>,
  selection?: Selection,
): Promise<Planned> {
  const input = { document, plugins, contextOf: contextOf() };
  const { plan, reading, faults } = await makePlan(selection === undefined ? input : { ...input, selection });
  if (plan === null)
    throw new Error(`no plan: ${faults.map(({ code, message }) => `${code} ${message}`).join("; ")}`);
  return { plan, reading };
}

export interface Applied {
  readonly report: Report;
  readonly events: readonly ApplyEvent[];
}

export async function applied(
  { plan, reading }: Planned,
  plugins: ReadonlyMap<string, Plugin>,
  signal: AbortSignal = new AbortController().signal,
  listen: (event: ApplyEvent) => void = () => undefined,
  more: Partial<ApplyInput> = {},
): Promise<Applied> {
  const clock = fakeClock();
  const events: ApplyEvent[] = [];
  const report = await applyPlan({
    plan,
    reading,
    plugins,
    contextOf: contextOf(clock),
    clock,
    signal,
    verify: true,
    verifyTimeoutMs: 500,
    recorder: silentRecorder,
    hold: null,
    arm: null,
    ask: askNothing,
    ...more,
    events: (event) => {
      events.push(event);
      listen(event);
    },
  });
  return { report, events };
}
