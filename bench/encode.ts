// (e) Encoding one small method call, header and body, beside dbus-native's marshaller: no bus, no socket.

import { createRequire } from "node:module";
import { encodeMessage } from "../src/host/dbus/dbus.ts";
import { best, figure, type Figure } from "./figure.ts";

const ENCODED = 100_000;
const call = {
  path: "/org/opdbus/bench",
  interface: "org.opdbus.bench",
  member: "Echo",
  destination: "org.opdbus.bench",
  signature: "s",
  body: ["hello from the bench"],
};

export async function encodeBench(rounds: number): Promise<readonly Figure[]> {
  const { marshall } = createRequire(import.meta.url)("dbus-native/lib/message.js") as {
    marshall(message: object): Buffer;
  };
  const METHOD_CALL = 1;
  const ours = (serial: number): number => encodeMessage({ type: METHOD_CALL, ...call }, serial).length;
  const theirs = (serial: number): number => marshall({ type: METHOD_CALL, serial, ...call }).length;
  if (ours(1) !== theirs(1)) throw new Error("the two encoders disagree about the length");
  const times = { ours: [] as number[], theirs: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    times.theirs.push(await cpuNs(theirs));
    times.ours.push(await cpuNs(ours));
  }
  return [
    figure({
      bench: "dbus",
      work: "encode a small call",
      value: best(times.ours),
      unit: "ns CPU",
      peer: "dbus-native",
      peerValue: best(times.theirs),
      goal: { timesMax: 1 / 8 },
    }),
  ];
}

async function cpuNs(encode: (serial: number) => number): Promise<number> {
  const before = process.cpuUsage();
  let bytes = 0;
  for (let serial = 1; serial <= ENCODED; serial++) bytes += encode(serial);
  const { user, system } = process.cpuUsage(before);
  if (bytes === 0) throw new Error("nothing was encoded");
  return ((user + system) * 1000) / ENCODED;
}
