// `op-dbus doctor`: what this machine offers, what is missing, and what to do about it.

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
  const reply = await invoke("doctor", {}, talk);
  const { doctorText } = await import("../views/doctor.ts");
  terminal.print(globals.json ? replyJson(reply) : doctorText(reply.findings, terminal.out));
  return reply.findings.some((finding) => finding.state === "missing") ? 75 : 0;
}
