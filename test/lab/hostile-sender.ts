// A stranger on the bus of a machine, as a program of its own that may run as any uid: it says Hello, then writes bytes
// that no library would send, addressed to one connection. node hostile-sender.ts ADDRESS DESTINATION COUNT; ends when the
// bus has taken all of it. It prints how many signals it wrote.

import { once } from "node:events";
import { encodeMessage, Variant, type MessageFields } from "../../src/host/dbus/dbus.ts";
import { rawService } from "../hostile/raw-service.ts";

const [address = "", destination = "", count = "1"] = process.argv.slice(2);
const stranger = await rawService(address, "", () => undefined);
let failed = false;
stranger.socket.once("close", () => (failed = true));
const signal = {
  type: 4,
  destination,
  path: "/",
  interface: "org.example.Unwanted",
  member: "Said",
} as const;
const wanted = { ...signal, interface: "org.example.Wanted" } as const;
const changed = {
  ...signal,
  interface: "org.freedesktop.DBus.Properties",
  member: "PropertiesChanged",
} as const;
let serial = 1000;

/** A variant that holds file descriptor 0 of a message that brings none: `h 0`, which has the form of `u 0`. */
function descriptor(fields: MessageFields): Buffer {
  const bytes = encodeMessage({ ...fields, signature: "v", body: [new Variant("u", 0)] }, ++serial);
  bytes[bytes.lastIndexOf("\u0001u\u0000") + 1] = 0x68;
  return bytes;
}

let deep = new Variant("u", 1);
for (let depth = 0; depth < 60; depth++) deep = new Variant("v", deep);
const poison = new Map([
  ["__proto__", new Variant("a{sv}", new Map([["polluted", new Variant("b", true)]]))],
]);
const encoded = (fields: MessageFields): Buffer => encodeMessage(fields, ++serial);

for (let round = 0; round < Number(count) && !failed; round++) {
  const burst = [
    descriptor(signal),
    descriptor(changed),
    descriptor(wanted),
    encoded({ ...wanted, signature: "a{sv}", body: [poison] }),
    encoded({ ...changed, signature: "v", body: [deep] }),
    encoded({ ...signal, signature: "a{sv}", body: [poison] }),
    encoded({ ...changed, signature: "sa{sv}as", body: ["org.opdbus.Test1", poison, []] }),
  ];
  if (round % 50 === 0) burst.push(encoded({ ...signal, signature: "ay", body: [new Uint8Array(2 << 20)] }));
  if (!stranger.socket.write(Buffer.concat(burst))) await once(stranger.socket, "drain");
}
// What the bus answers now, it answers after all of that.
const answered = new Promise<void>((resolve) => stranger.onReply(() => resolve()));
stranger.send({
  type: 1,
  destination: "org.freedesktop.DBus",
  path: "/",
  interface: "org.freedesktop.DBus",
  member: "GetId",
});
await Promise.race([answered, once(stranger.socket, "close")]);
console.log(JSON.stringify({ uid: process.getuid?.(), wrote: serial - 1000, disconnected: failed }));
stranger.close();
