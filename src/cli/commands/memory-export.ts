// `op-dbus memory export`: a namespace as lines of JSON on stdout, some at a time.

import { command, type Context } from "../command.ts";
import { namespace } from "../options.ts";

type Flags = { readonly namespace?: string };

export const memoryExport = command<Flags>({
  name: "memory export",
  operation: "memory.export",
  usage: "op-dbus memory export [--namespace NAME] > FILE",
  parameters: { flags: { namespace } },
  more: "The state of one moment: the first line names the format, then each concept, then each association. op-dbus memory import takes it over, exactly.",
  exits: [
    [0, "printed"],
    [5, "another process has the memory open"],
    [65, "there is no memory here, or no such namespace"],
  ],
  examples: [["op-dbus memory export > memory.jsonl", "a copy that any program can read"]],
  run,
});

async function run({ invoke, talk, terminal }: Context, flags: Flags): Promise<number> {
  const namespaceName = flags.namespace ?? "default";
  for (let from: string | null = ""; from !== null && !talk.signal.aborted;) {
    const page: { readonly text: string; readonly next: string | null } = await invoke(
      "memory.export",
      { namespace: namespaceName, from },
      talk,
    );
    terminal.print(page.text);
    from = page.next;
  }
  return talk.signal.aborted ? INTERRUPTED : 0;
}

const INTERRUPTED = 130;
