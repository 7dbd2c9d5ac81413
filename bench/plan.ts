// (f) What state/ itself costs, with a plugin in memory: diff and plan of a large document beside JSON.parse of the same
// text, and reading that text with positions beside the same.

import { fakePlugin } from "../test/support/fake-plugin.ts";
import { contextOf, pluginMap } from "../test/support/state-case.ts";
import { writeJson } from "../src/base/text/text.ts";
import { bindDocument, parseDocument, planFrom, type Document } from "../src/state/state.ts";
import type { DocValue, Schema } from "../src/plugin/plugin.ts";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { best, figure, type Figure, type Goal } from "./figure.ts";

const REPEATS = 8;
const WARM_ROUNDS = 6;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

export async function planBench(rounds: number, progress: (text: string) => void): Promise<readonly Figure[]> {
  return [
    ...(await measure("10,000 entries", 10_000, 10, rounds, progress, { plan: { timesMax: 3 }, read: { timesMax: 8 } })),
    ...(await measure("10,000 entries, all changed", 10_000, 1, rounds, progress)),
    ...(await measure("100,000 entries", 100_000, 10, rounds, progress)),
  ];
}

/** One entry in `every` differs from what is there. */
async function measure(
  name: string,
  entries: number,
  every: number,
  rounds: number,
  progress: (text: string) => void,
  goals: { readonly plan?: Goal; readonly read?: Goal } = {},
): Promise<readonly Figure[]> {
  progress(`plan: ${name}`);
  const things = (size: (n: number) => number): Record<string, Record<string, DocValue>> =>
    Object.fromEntries(
      Array.from({ length: entries }, (_, n) => [`thing-${n}.service`, { size: size(n), color: "red" }]),
    );
  const plugin = fakePlugin({ things: things((n) => n) });
  const plugins = pluginMap(plugin);
  const wanted = things((n) => (n % every === 0 ? n + 1 : n));
  const text = writeJson({ version: 1, plugins: { fake: { things: wanted } } }, 2);
  const sources = [{ file: "large.json", format: "json", text }] as const;

  const ctx = contextOf()(plugin);
  const schemas = new Map([["fake", await plugin.schema(ctx)]]);
  const scope = new Map([["things", { keys: "all", fields: ["size", "color"] } as const]]);
  const observed = new Map([["fake", await plugin.observe(ctx, { resources: scope })]]);
  const document = bound(sources, schemas);

  const plan = async (): Promise<void> => {
    const input = { document, plugins, contextOf: contextOf() };
    const result = await planFrom(input, { schemas, observed });
    if (result.plan?.actions.length !== Math.ceil(entries / every)) throw new Error("the plan is wrong");
  };
  const works = {
    parse: async () => void JSON.parse(text),
    plan,
    read: async () => void parseDocument(sources),
    bind: async () => void bound(sources, schemas),
  };
  const ms = { parse: [] as number[], plan: [] as number[], read: [] as number[], bind: [] as number[] };
  const repeats = Math.max(1, Math.round((REPEATS * 10_000) / entries));
  for (let round = -WARM_ROUNDS; round < rounds; round++) {
    for (const work of ["parse", "plan", "read", "bind"] as const) {
      const spentMs = await cpuMs(works[work], repeats);
      if (round >= 0) ms[work].push(spentMs);
    }
  }
  const row = (work: "plan" | "read" | "bind", says: string, goal?: Goal): Figure =>
    figure({
      bench: "plan",
      work: `${says}, ${name}`,
      value: best(ms[work]),
      unit: "ms CPU",
      peer: "JSON.parse",
      peerValue: best(ms.parse),
      ...(goal === undefined ? {} : { goal }),
    });
  return [
    row("plan", "diff and plan", goals.plan),
    row("read", "read with positions", goals.read),
    row("bind", "read and bind", undefined),
  ];
}

function bound(sources: Document["sources"], schemas: ReadonlyMap<string, Schema>): Document {
  const { raw } = parseDocument(sources);
  const { document } = bindDocument(raw!, schemas, sources);
  if (document === null) throw new Error("the document has faults");
  return document;
}

/** The collector's threads count: garbage is a cost of who made it, so each begins without that of the others. */
async function cpuMs(work: () => Promise<void>, repeats: number): Promise<number> {
  collect();
  const before = process.cpuUsage();
  for (let i = 0; i < repeats; i++) await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / repeats;
}
