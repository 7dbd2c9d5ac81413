// The daemon and the memory: what was applied is found by its words a little later, and programs come in at the door that the
// settings name. One memory: what a program wrote a command finds, and the other way round.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { play } from "../cli/play.ts";
import { parseScript } from "../cli/script.ts";

const root = join(import.meta.dirname, "../..");

const SCRIPT = `
-- wish.json --
{ "version": 1, "plugins": { "demo1": { "Greeting": "Welcome home", "lamps": { "door": { "On": true } } } } }
-- tell.ts --
import { MemoryClient } from ${JSON.stringify(join(root, "src/api/client/memory-client.ts"))};
const memory = new MemoryClient({ address: \`unix:\${process.argv[2]}\` });
console.log(await memory.learn("Certificates of the shop end in May.", { extractAssociations: false }));
memory.close();
$ op-dbus apply wish.json -q > /dev/null
$ for n in $(seq 120); do op-dbus memory query welcome > found.txt 2> /dev/null && grep -q Greeting found.txt && break; sleep 0.5; done; tail -n +2 found.txt
$ op-dbus memory path demo1:Greeting demo1:lamps/door.On --namespace audit | grep -c relates-to
$ ${process.execPath} tell.ts SOCKET
$ op-dbus memory query certificate | tail -n 1
`;

/** A daemon whose memory has a door; its socket is $MEMORY_SOCKET. */
function withDoor(scratch: string): NodeJS.ProcessEnv {
  const socket = join(scratch, "run/memory.sock");
  return { OP_DBUS_MEMORY_LISTEN: `unix:${socket}`, OP_DBUS_MEMORY_OPEN: "true", MEMORY_SOCKET: socket };
}

test("the guide's page for programs prints what it says", async () => {
  const page = readFileSync(join(root, "docs/guide/client.md"), "utf8");
  const blocks = (language: string): string =>
    [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms"))]
      .map(([, text]) => text)
      .join("");
  const client = JSON.stringify(join(root, "src/api/client/memory-client.ts"));
  const program = blocks("ts").replaceAll('"op-dbus/client"', client);
  const script = parseScript(`
-- page.ts --
${program}
$ ${process.execPath} page.ts "$MEMORY_SOCKET"
`);
  const { entries } = await play(script, true, withDoor);
  const [lines] = entries.flatMap((entry) => (entry.kind === "command" ? [entry.lines] : []));
  assert.equal(lines!.slice(0, -1).join("\n"), blocks("text").trimEnd());
  assert.equal(lines!.at(-1), "[0]");
});

test("what was applied and what a program told are found", async () => {
  const script = parseScript(SCRIPT.replace("SOCKET", '"$MEMORY_SOCKET"'));
  const { entries } = await play(script, true, withDoor);
  const lines = entries.flatMap((entry) => (entry.kind === "command" ? [entry.lines] : []));
  const [applied, found, paths, told, asked] = lines;
  assert.deepEqual(applied, ["[0]"]);
  assert.match(found!.join("\n"), /demo1:Greeting update "" -> "Welcome home" done/);
  assert.deepEqual(paths, ["2", "[0]"]);
  assert.match(told!.join("\n"), /^[0-9a-f]{32}\n\[0\]$/);
  assert.deepEqual(asked, ["    Certificates of the shop end in May.", "[0]"]);
});
