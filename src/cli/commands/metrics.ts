// `op-dbus metrics`: what the daemon counts, as a table, as JSON, or as Prometheus reads it.

import { command, type Context } from "../command.ts";
import { replyJson } from "../views/value.ts";

type Flags = { readonly format?: "table" | "prometheus" | "json" };

export const metrics = command<Flags>({
  name: "metrics",
  operation: "metrics",
  usage: "op-dbus metrics [--format table|prometheus|json]",
  parameters: {
    flags: {
      format: {
        kind: "enum",
        values: ["table", "prometheus", "json"],
        optional: true,
        brief: "a table for people (table), the text that Prometheus reads, or data",
      },
    },
  },
  more: "Numbers are the daemon's since its start. Where no daemon runs they are of this process, which did nothing but answer. The table leaves out what is 0 (-v shows it). What is exported by itself, and where to, is set by the telemetry settings: op-dbus config show.",
  exits: [[0, "shown"]],
  examples: [
    ["op-dbus metrics", "what was counted so far"],
    ["op-dbus metrics --format prometheus", "for a scraper without a file or a collector"],
  ],
  run,
});

async function run({ invoke, talk, terminal, globals }: Context, { format }: Flags): Promise<number> {
  const reply = await invoke(
    "metrics",
    { format: format === "prometheus" ? "prometheus" : "readings" },
    talk,
  );
  if (reply.text !== null) terminal.print(reply.text);
  else if (globals.json || format === "json") terminal.print(replyJson(reply));
  else {
    const { metricsText } = await import("../views/metrics.ts");
    terminal.print(metricsText(reply, terminal.out));
  }
  return 0;
}
