// (f) What state/ itself costs, with a plugin in memory: diff and plan of a large document beside JSON.parse of the same
// text, and reading that text with positions beside the same.

import { fakePlugin } from "../test/support/fake-plugin.ts";
import { contextOf, pluginMap } from "../test/support/state-case.ts";
import { writeJson } from "../src/base/text/text.ts";
import { bindDocument, parseDocument, planFrom, type Document } from "../src/state/state.ts";
import type { DocValue, Schema } from "../src/plugin/plugin.ts";
import { best, figure, median, type Figure, type Goal } from "./figure.ts";

const RUNS_PER_ROUND = 10;

export async function planBench(
  rounds: number,
  progress: (text: string) => void,
): Promise<readonly Figure[]> {
  return [
    ...(await measure("10,000 entries", 10_000, 10, rounds, progress, {
      plan: { timesMax: 3 },
      read: { timesMax: 8 },
    })),
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
  const names = ["parse", "plan", "read", "bind"] as const;
  const ms = { parse: [] as number[], plan: [] as number[], read: [] as number[], bind: [] as number[] };
  const runs = Math.max(3, Math.round((rounds * RUNS_PER_ROUND * 10_000) / entries));
  for (let run = 0; run < runs; run++) for (const work of names) ms[work].push(await cpuMs(works[work]));
  const row = (work: "plan" | "read" | "bind", says: string, goal?: Goal): Figure =>
    figure({
      bench: "plan",
      work: `${says}, ${name}`,
      value: best(ms[work]),
      unit: "ms CPU",
      peer: "JSON.parse",
      peerValue: best(ms.parse),
      note: `typical run ${median(ms[work]).toFixed(1)} against ${median(ms.parse).toFixed(1)} ms, first ${ms[work][0]!.toFixed(0)} ms`,
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

/** The collector's threads count: garbage is a cost of who made it. */
async function cpuMs(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
