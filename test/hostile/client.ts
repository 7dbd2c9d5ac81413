// A long-lived client in a process of its own, told by its arguments where to connect: it subscribes, tells its unique
// name, and answers each line on standard input by a call that shows whether its connection still lives.

import { createInterface } from "node:readline";
import { connect } from "../../src/host/dbus/dbus.ts";

const client = await connect({ address: process.argv[2] ?? "", onListenerError: () => undefined });
let heard = 0;
await client.subscribe({ interface: "org.example.Wanted", member: "Said" }, () => void heard++);
client.onDisconnect((error) => {
  console.log(JSON.stringify({ lost: error?.message ?? null }));
  process.exit(1);
});
console.log(JSON.stringify({ unique: client.uniqueName }));
for await (const _ of createInterface({ input: process.stdin })) {
  await client.owner("org.example.Nobody");
  console.log(JSON.stringify({ heard, ...client.counters }));
}
await client.close();
