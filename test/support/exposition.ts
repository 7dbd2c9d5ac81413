// A strict reader of the Prometheus text format 0.0.4, by its published rules: what it takes, Prometheus takes. It throws
// at the first line that breaks one.

import assert from "node:assert/strict";

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}
export interface Exposition {
  readonly families: readonly { readonly name: string; readonly type: string; readonly help: string }[];
  readonly samples: readonly Sample[];
}

export function parseExposition(text: string): Exposition {
  assert(text === "" || text.endsWith("\n"), "the last line ends");
  const families: { name: string; type: string; help: string }[] = [];
  const samples: Sample[] = [];
  const seen = new Set<string>();
  for (const line of text.split("\n").slice(0, -1)) {
    const help = /^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)$/.exec(line);
    const type = /^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram)$/.exec(line);
    if (help !== null) {
      assert(!families.some(({ name }) => name === help[1]), `HELP twice: ${line}`);
      families.push({ name: help[1]!, type: "", help: unescaped(help[2]!) });
    } else if (type !== null) {
      const family = families.at(-1);
      assert(family?.name === type[1] && family?.type === "", `TYPE does not follow its HELP: ${line}`);
      family!.type = type[2]!;
    } else {
      const sample = sampleOf(line);
      const { name, type: kind } = families.at(-1)!;
      const names = kind === "histogram" ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name];
      assert(names.includes(sample.name), `a sample outside of its family: ${line}`);
      const id = `${sample.name} ${JSON.stringify(Object.entries(sample.labels).toSorted(([a], [b]) => (a < b ? -1 : 1)))}`;
      assert(!seen.has(id), `a sample twice: ${line}`);
      seen.add(id);
      samples.push(sample);
    }
  }
  checkHistograms(samples);
  return { families, samples };
}

function sampleOf(line: string): Sample {
  const found =
    /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*",?)*)\})? (\S+)$/.exec(
      line,
    );
  assert(found !== null, `no sample: ${line}`);
  const labels: Record<string, string> = {};
  for (const [, key, value] of (found[2] ?? "").matchAll(/([a-zA-Z_]\w*)="((?:[^"\\\n]|\\[\\"n])*)"/g)) {
    assert(!Object.hasOwn(labels, key!), `a label twice: ${line}`);
    labels[key!] = unescaped(value!);
  }
  const value = found[3] === "+Inf" ? Infinity : found[3] === "-Inf" ? -Infinity : Number(found[3]);
  assert(found[3] === "NaN" || !Number.isNaN(value), `no number: ${line}`);
  return { name: found[1]!, labels, value };
}

function unescaped(text: string): string {
  return text.replaceAll(/\\([\\"n])/g, (_, escaped: string) => (escaped === "n" ? "\n" : escaped));
}

/** Ascending edges, counts that never go down, +Inf last and equal to the count. */
function checkHistograms(samples: readonly Sample[]): void {
  const series = new Map<string, Sample[]>();
  for (const sample of samples) {
    if (sample.labels["le"] === undefined) continue;
    const { le: _, ...others } = sample.labels;
    const id = `${sample.name.replace(/_bucket$/, "")} ${JSON.stringify(others)}`;
    series.set(id, [...(series.get(id) ?? []), sample]);
  }
  for (const [id, buckets] of series) {
    const edges = buckets.map(({ labels }) => (labels["le"] === "+Inf" ? Infinity : Number(labels["le"])));
    assert.deepEqual(
      edges,
      edges.toSorted((a, b) => a - b),
      id,
    );
    assert.equal(edges.at(-1), Infinity, id);
    const counts = buckets.map(({ value }) => value);
    assert.deepEqual(
      counts,
      counts.toSorted((a, b) => a - b),
      id,
    );
    const total = samples.find(
      ({ name, labels }) => `${name.replace(/_count$/, "")} ${JSON.stringify(labels)}` === id,
    );
    assert.equal(total?.value, counts.at(-1), id);
  }
}
