// Metrics as the Prometheus text format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats): families in the
// order of registration, one HELP and TYPE each, buckets cumulative, `+Inf` equal to `_count`. Pure. Label values may be
// foreign: what is hidden is made visible, then escaped, so no value can end its line or its quotes.

import { visible } from "../../base/visible.ts";
import type { Labels, MetricReading } from "../metrics/metrics.ts";
import { outside, thinned, withNotFinite, type Outside } from "./naming.ts";

export const PROMETHEUS_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** The readings as one scrape's answer; "" for none. */
export function prometheusText(readings: readonly MetricReading[]): string {
  const families = new Map<string, string>();
  for (const reading of withNotFinite(readings)) {
    const names = outside(reading);
    add(families, names.prometheus, reading.kind, reading.help, samples(reading, names));
  }
  return [...families.values()].join("");
}

/** A family's samples must stand together (the format's rule), whatever was registered in between. */
function add(
  families: Map<string, string>,
  name: string,
  type: MetricReading["kind"],
  help: string,
  text: string,
): void {
  const before = families.get(name) ?? `# HELP ${name} ${escaped(help)}\n# TYPE ${name} ${type}\n`;
  families.set(name, before + text);
}

function samples(reading: MetricReading, names: Outside): string {
  const { prometheus: name, per } = names;
  const labels = labelText(reading.labels);
  if (reading.kind !== "histogram") return `${name}${labels} ${number(reading.value / per)}\n`;
  const { edges, counts } = thinned(reading.value, names);
  const total = counts[edges.length]!;
  const inside = labels === "" ? "" : `${labels.slice(1, -1)},`;
  const lines = edges.map((edge, i) => `${name}_bucket{${inside}le="${number(edge)}"} ${counts[i]!}\n`);
  lines.push(`${name}_bucket{${inside}le="+Inf"} ${total}\n`);
  lines.push(`${name}_sum${labels} ${number(reading.value.sum / per)}\n${name}_count${labels} ${total}\n`);
  return lines.join("");
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name.replaceAll(/[^a-zA-Z0-9_]|^(?=\d)/g, "_")}="${labelValue(value)}"`,
  );
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

/** What `visible` writes out needs a backslash, which is escaped like any other. */
function labelValue(value: string): string {
  return escaped(visible(value)).replaceAll('"', '\\"');
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

/** As Go's ParseFloat reads it. */
function number(value: number): string {
  if (value === Infinity) return "+Inf";
  if (value === -Infinity) return "-Inf";
  return String(value);
}
