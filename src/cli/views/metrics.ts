// Metrics as a table: a line each, histograms by their count and quantiles.

import { visible } from "../../base/visible.ts";
import type { ExporterReply, MetricReply, ReplyOf } from "../../api/api.ts";
import type { Look } from "../terminal.ts";
import { fitted, table } from "./table.ts";
import { count } from "./value.ts";

const COLUMNS = [
  { title: "METRIC" },
  { title: "LABELS" },
  { title: "VALUE", right: true },
  { title: "P50", right: true },
  { title: "P99", right: true },
  { title: "MAX", right: true },
];

export function metricsText({ daemon, pid, metrics, exporters }: ReplyOf<"metrics">, look: Look): string {
  // A series that came later stands with the others of its name.
  const families = Map.groupBy(look.verbose ? metrics : metrics.filter(isUsed), ({ name }) => name);
  const shown = [...families.values()].flat();
  const [head, ...lines] = fitted(table(COLUMNS, shown.map(row)), look);
  const whose = daemon ? `of the daemon, process ${pid}` : "of this process: no daemon runs that was asked";
  const hidden = metrics.length - shown.length;
  return [
    ...(head === undefined ? [] : [look.paint("dim", head), ...lines]),
    `${count(shown.length, "series", "series")} ${whose}${hidden > 0 ? `; ${hidden} at 0 not shown` : ""}.`,
    ...exporters.map(exporterLine),
    "",
  ].join("\n");
}

function exporterLine({
  name,
  exportedItems,
  droppedItems,
  waitingBatches,
  lastError,
}: ExporterReply): string {
  const trouble = lastError === null ? "" : `; ${lastError.at}: ${visible(lastError.why)}`;
  return `to ${name}: ${exportedItems} sent, ${droppedItems} dropped, ${count(waitingBatches, "batch", "batches")} waiting${trouble}`;
}

function isUsed({ value, histogram }: MetricReply): boolean {
  return histogram === null ? value !== 0 : histogram.count > 0;
}

function row({ name, labels, value, histogram }: MetricReply): readonly string[] {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}=${visible(text)}`);
  const numbers =
    histogram === null
      ? [short(value), "", "", ""]
      : [String(histogram.count), short(histogram.p50), short(histogram.p99), short(histogram.max)];
  return [name, pairs.join(" "), ...numbers];
}

/** Four digits are enough to look at. */
function short(value: number | null): string {
  if (value === null) return "-";
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
}
