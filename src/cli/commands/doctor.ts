// `op-dbus doctor`: what this machine offers, what is missing, and what to do about it.

import type { Finding } from "../../api/api.ts";
import { asOpError } from "../../base/error.ts";
import { command, type Context } from "../command.ts";
import { replyJson } from "../views/value.ts";

export const doctor = command({
  name: "doctor",
  operation: "doctor",
  usage: "op-dbus doctor",
  parameters: {},
  exits: [
    [0, "everything that matters is there"],
    [75, "something that matters is missing"],
  ],
  examples: [["op-dbus doctor", "run it first on a new machine"]],
  anyConfig: true,
  run,
});

async function run({ invoke, talk, terminal, globals }: Context): Promise<number> {
  const { findings: here } = await invoke("doctor", {}, talk);
  // The machine is looked at from here; of the daemon, if one runs, its numbers tell.
  const counted = await invoke("metrics", { format: "readings" }, talk).then(
    ({ findings }) => findings,
    told,
  );
  const findings = [...here, ...counted];
  const { doctorText } = await import("../views/doctor.ts");
  terminal.print(globals.json ? replyJson({ findings }) : doctorText(findings, terminal.out));
  return findings.some((finding) => finding.state === "missing") ? 75 : 0;
}

/** A daemon that does not answer is a finding, too. */
function told(error: unknown): readonly Finding[] {
  const { message, hint = null } = asOpError(error);
  return [{ name: "daemon", state: "warning", found: message, hint }];
}
