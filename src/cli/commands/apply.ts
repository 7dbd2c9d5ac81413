// `op-dbus apply`: make the machine as the documents say, or leave it as it was.

import { OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import { command, type Context } from "../command.ts";
import { autoApprove, files, flag, seconds, selection, targetsOf } from "../options.ts";
import type { Risk, Selection } from "../options.ts";
import { traceFile, tracingTo } from "../trace-out.ts";
import { runPlan } from "./plan.ts";

const UNDOS = ["native", "inverse", "compensate", "none"] as const;
const FIDELITIES = ["simulated", "computed", "opaque"] as const;

type Flags = Selection & {
  readonly dryRun?: boolean;
  readonly detailedExitcode?: boolean;
  readonly autoApprove?: Risk;
  readonly checkAuth?: boolean;
  readonly refresh?: boolean;
  readonly noVerify?: boolean;
  readonly verifyTimeout?: number;
  readonly lockTimeout?: number;
  readonly noCommit?: boolean;
  readonly timeout?: number;
  readonly trace?: string;
  readonly requireUndo?: (typeof UNDOS)[number];
  readonly requireFidelity?: (typeof FIDELITIES)[number];
};

export const apply = command<Flags, string[]>({
  name: "apply",
  operation: "apply",
  usage: "op-dbus apply FILE… | plan.json [--auto-approve[=CLASS]]",
  parameters: {
    positional: files,
    flags: {
      ...selection,
      dryRun: flag("plan only; of a saved plan: does it still fit?"),
      detailedExitcode: flag("exit 2 when something was changed"),
      autoApprove,
      checkAuth: flag("ask polkit for every action first, without prompting anybody"),
      refresh: flag("let services fetch fresh lists (packages) before planning"),
      noVerify: flag("do not read again afterwards"),
      verifyTimeout: seconds("how long to wait until the machine is as documented"),
      lockTimeout: seconds("how long to wait for another op-dbus on this bus"),
      noCommit: flag("go back by itself unless `op-dbus commit` comes in time"),
      timeout: seconds("with --no-commit: in how much time (60)"),
      trace: traceFile,
      requireUndo: {
        kind: "enum",
        values: UNDOS,
        optional: true,
        brief: "refuse a plan with a weaker way back",
      },
      requireFidelity: {
        kind: "enum",
        values: FIDELITIES,
        optional: true,
        brief: "refuse a plan that is less sure",
      },
    },
    aliases: { n: "dryRun", p: "plugin" },
  },
  more: "At a terminal it always asks: [y/N] when everything can be undone, the word yes above that. Without a terminal reversible changes go ahead, others need --auto-approve. A saved plan asks nothing. Ctrl-C once finishes the action under way and puts everything back; twice leaves at once. With --no-commit a guard process puts everything back when the time is over, whatever became of this terminal.",
  exits: [
    [0, "done and verified, or nothing to do"],
    [1, "failed before any change, or the answer was no"],
    [2, "changed something (--detailed-exitcode only)"],
    [3, "failed; everything was put back and read again"],
    [4, "failed and not, or not verifiably, put back: a person is needed"],
    [5, "another op-dbus changes this bus, or an apply on it waits for its commit"],
    [6, "the saved plan no longer fits"],
    [7, "weaker than --require-… or an untrusted plan file"],
    [8, "the audit log or the journal is damaged"],
    [9, "polkit or the bus refuses"],
    [10, "a yes is needed and nobody can be asked"],
    [65, "the documents are wrong"],
    [75, "a service cannot be reached"],
    [130, "interrupted before any change"],
  ],
  examples: [
    ["op-dbus apply web.toml", "plan, ask, apply, verify"],
    ["op-dbus apply --auto-approve web.toml", "the same from a script, up to needs-confirm"],
    ["op-dbus apply --no-commit --timeout 60 net.toml", "back in a minute unless  op-dbus commit  comes"],
    ["op-dbus apply plan.json", "exactly the plan that was saved, or nothing"],
    ["op-dbus apply --dry-run plan.json", "would that still go ahead?"],
    ["op-dbus apply undo.json", "back, with a document from plan --revert"],
  ],
  streams: true,
  run,
});

async function run(context: Context, flags: Flags, ...names: string[]): Promise<number> {
  if (flags.dryRun === true) return dryRun(context, flags, names);
  const { invoke, terminal, globals } = context;
  const sources = await context.readSources(names, flags.format);
  if (names.includes("-") && terminal.asks) {
    throw new OpError("OPD9001", "standard input cannot be the document and the answer", {
      hint: "--no-input",
    });
  }
  const request = {
    sources,
    ...targetsOf(flags),
    checkAuth: flags.checkAuth ?? false,
    refresh: flags.refresh ?? false,
    verify: flags.noVerify !== true,
    approve: flags.autoApprove ?? null,
    terminal: terminal.asks,
    requireUndo: flags.requireUndo ?? null,
    requireFidelity: flags.requireFidelity ?? null,
    verifyTimeoutMs: flags.verifyTimeout ?? null,
    lockTimeoutMs: flags.lockTimeout ?? null,
    holdMs: holdMsOf(flags),
    trace: flags.trace !== undefined,
  };
  const reply = await tracingTo(context, flags.trace, (talk) => invoke("apply", request, talk));
  const { reportJson, reportText } = await import("../views/report.ts");
  terminal.print(globals.json ? reportJson(reply) : reportText(reply, terminal.out));
  return flags.detailedExitcode === true && reply.report.end === "done" ? 2 : 0;
}

/** null = kept at once. Throws OPD9001. */
function holdMsOf({ noCommit, timeout }: Flags): number | null {
  const { commitTimeoutMs, commitTimeoutMsMin, commitTimeoutMsMax } = LIMITS;
  if (noCommit !== true) {
    if (timeout === undefined) return null;
    throw new OpError("OPD9001", "--timeout is the time for a commit: it needs --no-commit");
  }
  const ms = timeout ?? commitTimeoutMs;
  if (ms >= commitTimeoutMsMin && ms <= commitTimeoutMsMax) return ms;
  throw new OpError(
    "OPD9001",
    `--timeout is from ${commitTimeoutMsMin / 1000} to ${commitTimeoutMsMax / 1000} seconds`,
  );
}

/** As `plan`; with --json in the lines of a run. */
async function dryRun(context: Context, flags: Flags, names: readonly string[]): Promise<number> {
  const { invoke, talk, terminal, globals } = context;
  if (!globals.json) return runPlan(context, flags, ...names);
  const sources = await context.readSources(names, flags.format);
  const { checkAuth = false, trace } = flags;
  const request = { sources, ...targetsOf(flags), checkAuth, revert: false, trace: trace !== undefined };
  const { plan, addresses } = await tracingTo(context, trace, (listening) =>
    invoke("plan", request, listening),
  );
  if (plan === null) return 0;
  talk.tell({ type: "planned", plan, addresses });
  const { plannedJson } = await import("../views/report.ts");
  terminal.print(plannedJson(plan));
  return flags.detailedExitcode === true && plan.actions.length > 0 ? 2 : 0;
}
