// Two recorders as one: what a connection of the daemon counts is told to its client at the end, and stands in the
// numbers of the process. Read are the first's.

import type { Labels, Metrics } from "../../telemetry/metrics/metrics.ts";

export function both(first: Metrics, second: Metrics): Metrics {
  return Object.freeze({
    slab: first.slab,
    read: () => first.read(),
    counter(name: string, help: string, labels?: Labels) {
      const [one, two] = [first.counter(name, help, labels), second.counter(name, help, labels)];
      return Object.freeze({
        add(by?: number): void {
          one.add(by);
          two.add(by);
        },
      });
    },
    gauge(name: string, help: string, labels?: Labels) {
      const [one, two] = [first.gauge(name, help, labels), second.gauge(name, help, labels)];
      return Object.freeze({
        set(value: number): void {
          one.set(value);
          two.set(value);
        },
      });
    },
    histogram(name: string, help: string, labels?: Labels) {
      const [one, two] = [first.histogram(name, help, labels), second.histogram(name, help, labels)];
      return Object.freeze({
        record(value: number): void {
          one.record(value);
          two.record(value);
        },
      });
    },
  } satisfies Metrics);
}
