// One work of the telemetry bench in a process of its own, because what a compiler learned from one work makes another
// slower: `node telemetry-work.ts NAME`. Times batches of 256 operations, as one alone takes less than a look at the
// clock, and prints one line of JSON: nanoseconds an operation over batches, and collections of garbage meanwhile.

import { PerformanceObserver } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { createMetrics, family, noMetrics } from "../src/telemetry/metrics/metrics.ts";
import { noTracer, openTracer, ringMaker, TRACE_PRESETS } from "../src/telemetry/trace/trace.ts";
import { packages } from "./peers/packages.ts";
import { PEER_PACKAGES, type WorkName, type WorkResult } from "./telemetry-works.ts";

const BATCH = 256;
const WARM_RUNS = 4;
const BATCHES = 8_000;
const IN_TURN = 16;

/** Does `count` operations. */
type Work = (count: number) => void;

const metrics = createMetrics();
const settings = TRACE_PRESETS.development;
const tracer = openTracer({ ring: ringMaker(settings)(0), settings });
const values = Float64Array.from({ length: 1024 }, (_, n) => Math.exp((n % 97) / 12));
const many = <T>(make: (n: number) => T): readonly T[] => Array.from({ length: IN_TURN }, (_, n) => make(n));

// The parts of two peers that are used here.
interface PromCounter {
  inc(labels?: object | number, value?: number): void;
}
interface PromHistogram {
  observe(labels: object, value: number): void;
}
interface Prom {
  readonly Counter: new (options: object) => PromCounter;
  readonly Histogram: new (options: object) => PromHistogram;
}
interface OtelMeter {
  createCounter(name: string): { add(value: number, attributes: object): void };
  createHistogram(name: string): { record(value: number, attributes: object): void };
}
interface Otel {
  readonly MeterProvider: new () => { getMeter(name: string): OtelMeter };
}

const works: Readonly<Record<WorkName, () => Work>> = {
  empty: () => (count) => {
    for (let n = 0; n < count; n++);
  },
  counter() {
    const counters = many((n) => metrics.counter("calls", "Calls", { member: `M${n}` }));
    return (count) => {
      for (let n = 0; n < count; n++) counters[n & (IN_TURN - 1)]!.add();
    };
  },
  "counter again"() {
    const counter = metrics.counter("calls", "Calls");
    return (count) => {
      for (let n = 0; n < count; n++) counter.add();
    };
  },
  family() {
    const calls = family((labels) => metrics.counter("calls", "Calls", labels), "service", "member");
    const members = many((n) => `M${n}`);
    return (count) => {
      for (let n = 0; n < count; n++) calls.of("org.example", members[n & (IN_TURN - 1)]!).add();
    };
  },
  histogram() {
    const histograms = many((n) => metrics.histogram("call_ms", "Time", { member: `M${n}` }));
    return (count) => {
      for (let n = 0; n < count; n++) histograms[n & (IN_TURN - 1)]!.record(values[n & 1023]!);
    };
  },
  event() {
    const bus = tracer.source("bus");
    return (count) => {
      for (let n = 0; n < count; n++) bus.instant(1e12 + n, 0, n, 1, 3, 0.5, 2);
    };
  },
  span() {
    const bus = tracer.source("bus");
    return (count) => {
      for (let n = 0; n < count; n++) bus.span(1e12 + n, 1e12 + n + 500, n, 1, 2, 3, 0.5, 2, false);
    };
  },
  "event now"() {
    const bus = tracer.source("bus");
    return (count) => {
      for (let n = 0; n < count; n++) bus.instant(tracer.nowNs(), 0, n, 1, 3, 0.5, 2);
    };
  },
  "counter off"() {
    const counter = noMetrics.counter("calls", "Calls");
    return (count) => {
      for (let n = 0; n < count; n++) counter.add();
    };
  },
  "event off"() {
    const bus = noTracer.source("bus");
    return (count) => {
      for (let n = 0; n < count; n++) bus.instant(n, 0, n, 1, 3, 0.5, 2);
    };
  },
  "prom counter"() {
    const { Counter } = peer<Prom>("prom-client");
    const counter = new Counter({ name: "calls", help: "Calls" });
    return (count) => {
      for (let n = 0; n < count; n++) counter.inc();
    };
  },
  "prom counter with labels"() {
    const { Counter } = peer<Prom>("prom-client");
    const counter = new Counter({ name: "calls", help: "Calls", labelNames: ["member"] });
    const labels = many((n) => ({ member: `M${n}` }));
    return (count) => {
      for (let n = 0; n < count; n++) counter.inc(labels[n & (IN_TURN - 1)]);
    };
  },
  "prom histogram with labels"() {
    const { Histogram } = peer<Prom>("prom-client");
    const histogram = new Histogram({ name: "call_ms", help: "Time", labelNames: ["member"] });
    const labels = many((n) => ({ member: `M${n}` }));
    return (count) => {
      for (let n = 0; n < count; n++) histogram.observe(labels[n & (IN_TURN - 1)]!, values[n & 1023]!);
    };
  },
  "otel counter"() {
    const counter = otel().createCounter("calls");
    const attributes = many((n) => ({ member: `M${n}` }));
    return (count) => {
      for (let n = 0; n < count; n++) counter.add(1, attributes[n & (IN_TURN - 1)]!);
    };
  },
  "otel histogram"() {
    const histogram = otel().createHistogram("call_ms");
    const attributes = many((n) => ({ member: `M${n}` }));
    return (count) => {
      for (let n = 0; n < count; n++) histogram.record(values[n & 1023]!, attributes[n & (IN_TURN - 1)]!);
    };
  },
};

function peer<T>(name: string): T {
  const installed = packages("telemetry", PEER_PACKAGES);
  if ("absent" in installed) throw new Error(installed.absent);
  return installed.load(name) as T;
}

function otel(): OtelMeter {
  const { MeterProvider } = peer<Otel>("@opentelemetry/sdk-metrics");
  return new MeterProvider().getMeter("bench");
}

let collections = 0;
new PerformanceObserver((list) => (collections += list.getEntries().length)).observe({ entryTypes: ["gc"] });
const work = works[process.argv[2] as WorkName]();
const ns = new Float64Array(BATCHES);
const clock = new BigInt64Array(2);

function measure(): void {
  for (let batch = 0; batch < BATCHES; batch++) {
    clock[0] = process.hrtime.bigint();
    work(BATCH);
    clock[1] = process.hrtime.bigint();
    ns[batch] = Number(clock[1]! - clock[0]!) / BATCH;
  }
}

// With pauses: what is compiled in another thread meanwhile is used from the next call on.
for (let warm = 0; warm < WARM_RUNS; warm++) {
  measure();
  await sleep(20);
}
const before = collections;
measure();
await sleep(20);
ns.sort();
const at = (q: number): number => ns[Math.floor(q * (BATCHES - 1))]!;
const result: WorkResult = { p50Ns: at(0.5), p99Ns: at(0.99), collections: collections - before };
process.stdout.write(`${JSON.stringify(result)}\n`);
