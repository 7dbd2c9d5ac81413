// `op-dbus memory path A B`: how two things that are remembered hang together.

import { LIMITS } from "../../base/limits.ts";
import { OpError } from "../../base/error.ts";
import { command, type Context } from "../command.ts";
import { flag, limit, namespace } from "../options.ts";

type Flags = {
  readonly namespace?: string;
  readonly depth?: number;
  readonly best?: boolean;
  readonly paths?: number;
};

const thing = (brief: string, placeholder: string) => ({ brief, placeholder, parse: (word: string) => word });

export const memoryPath = command<Flags, [string, string]>({
  name: "memory path",
  operation: "memory.path",
  usage: "op-dbus memory path A B [--namespace NAME] [--depth N] [--best] [--paths N]",
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [thing("where it begins: an id, or words", "A"), thing("where it ends", "B")],
    },
    flags: {
      namespace,
      depth: {
        kind: "parsed",
        brief: `how many steps at most (${LIMITS.memoryPathDepthMax})`,
        placeholder: "N",
        optional: true,
        parse: depthOf,
      },
      best: flag("by what is surest, not by the number of steps"),
      paths: limit("also through what most of the N shortest paths lead"),
    },
  },
  more: "A and B are ids of 32 hex digits, the whole content of a concept, or words: then the first concept that op-dbus memory query would find by them. Associations are walked both ways.",
  exits: [
    [0, "there is a path"],
    [1, "there is none"],
    [5, "another process has the memory open"],
    [65, "there is no memory here, no such namespace, or nothing that says A or B"],
  ],
  examples: [["op-dbus memory path nginx certificate", "what has one to do with the other?"]],
  run,
});

/** Throws OPD9001. */
function depthOf(value: string): number {
  const depth = /^\d{1,3}$/.test(value) ? Number(value) : 0;
  if (depth >= 1 && depth <= LIMITS.memoryPathDepthMax) return depth;
  throw new OpError("OPD9001", `a depth is a number from 1 to ${LIMITS.memoryPathDepthMax}`);
}

async function run(context: Context, flags: Flags, from: string, to: string): Promise<number> {
  const { invoke, talk, terminal, globals } = context;
  const reply = await invoke(
    "memory.path",
    {
      from,
      to,
      namespace: flags.namespace ?? "default",
      depth: flags.depth ?? LIMITS.memoryPathDepthMax,
      best: flags.best ?? false,
      paths: Math.min(flags.paths ?? 1, LIMITS.memoryPathsMax),
    },
    talk,
  );
  const { pathJson, pathText } = await import("../views/memory.ts");
  terminal.print(globals.json ? pathJson(reply) : pathText(reply, terminal.out));
  return reply.steps.length > 0 ? 0 : 1;
}
