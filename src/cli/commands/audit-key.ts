// `op-dbus audit key [rotate]`: the key that others check the log with, and a new one.

import { OpError } from "../../base/error.ts";
import { command, type Context } from "../command.ts";

export const auditKey = command<Record<never, never>, ["rotate"?]>({
  name: "audit key",
  operation: "audit.key",
  usage: "op-dbus audit key [rotate]",
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [{ brief: "make a new key", placeholder: "rotate", parse: rotation, optional: true }],
    },
  },
  more: "The verifier key is for everybody: give it to those who check proofs. A rotation is an entry of the log under a head that the old and the new key sign; from then on the new one signs alone.",
  exits: [[0, "shown, or changed"]],
  examples: [
    ["op-dbus audit key", "for those who check"],
    ["op-dbus audit key rotate", "a new one"],
  ],
  run,
});

function rotation(word: string): "rotate" {
  if (word !== "rotate") throw new OpError("OPD9001", `audit key takes nothing but rotate`);
  return word;
}

async function run(context: Context, _flags: Record<never, never>, word?: "rotate"): Promise<number> {
  const { invoke, talk, terminal, globals } = context;
  const reply = await invoke("audit.key", { rotate: word === "rotate" }, talk);
  const { keyJson, keyText } = await import("../views/audit.ts");
  terminal.print(globals.json ? keyJson(reply) : keyText(reply, terminal.out));
  return 0;
}
