// The decoder against two others: mutated messages go to libdbus and GDBus (oracle.py) and to ours. Every message on
// which we and libdbus disagree must be of a kind that is explained here; bodies that all take must be the same when
// written again. GDBus accepts much that libdbus refuses (padding, NULs, names): there libdbus decides.
//
// 5,000 messages; 100,000 with OP_DBUS_LONG=1. OP_DBUS_SEED chooses others than seed 1.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";

import { OpError } from "../../src/base/error.ts";
import { encodeBody, Framer } from "../../src/host/dbus/dbus.ts";
import { mutate, random, seeds } from "./mutate.ts";

const count = process.env["OP_DBUS_LONG"] === "1" ? 100_000 : 5000;
const seed = Number(process.env["OP_DBUS_SEED"] ?? 1);

/** What we made of a message: its body written again, or why there is none. */
interface Verdict {
  readonly body: string | null;
  readonly reason: string;
  readonly fdCount: number;
}

function decode(bytes: Buffer): Verdict {
  let fdCount = 0;
  try {
    const framer = new Framer();
    framer.push(Buffer.from(bytes));
    const message = framer.next();
    if (message === null)
      return { body: null, reason: framer.skipped > 0 ? "skipped" : "incomplete", fdCount };
    fdCount = message.fdCount;
    const body = encodeBody(message.signature, message.body(), message.fdCount).toString("hex");
    // What is left behind the message is the beginning of the next one.
    framer.next();
    return { body, reason: "", fdCount };
  } catch (error) {
    // Anything but our own two errors is a defect and fails the test here.
    if (!(error instanceof OpError) || !["OPD3011", "OPD3012"].includes(error.code)) throw error;
    return { body: null, reason: error.message, fdCount };
  }
}

/** Kinds of messages that libdbus and we judge differently, and why that is right. */
const EXPLAINED: readonly {
  readonly why: string;
  is(ours: Verdict, libdbusTakesIt: boolean, bytes: Buffer): boolean;
}[] = [
  {
    why: "libdbus refuses any message that announces descriptors when it is given bytes alone",
    is: (ours, taken) => !taken && ours.body !== null && ours.fdCount > 0,
  },
  {
    why: "libdbus knows field 10, of a draft that never became part of the specification, and wants an object path",
    is: (ours, taken, bytes) =>
      !taken && ours.body !== null && bytes.some((byte, i) => i % 8 === 0 && byte === 10),
  },
  {
    why: "libdbus does not compare an index with the number of descriptors; behind ours there is nothing",
    is: (ours, taken) => taken && /file descriptor that did not come/.test(ours.reason),
  },
  {
    why: "a type above 4 must be ignored: libdbus leaves that to the application, we skip the message",
    is: (ours, taken, bytes) => taken && ours.reason === "skipped" && bytes[1]! > 4,
  },
  {
    why: "libdbus takes unique names without a dot (:1n7); the specification asks for two elements",
    is: (ours, taken) => taken && /not a bus name/.test(ours.reason),
  },
];

/** Why a body that all take is not the same when written again. */
const REWRITTEN: readonly { readonly why: string; is(ours: string, theirs: string): boolean }[] = [
  {
    why: "a key that is twice in a dict: ours keeps the last value",
    is: (ours, theirs) => ours.length < theirs.length,
  },
  {
    why: 'keys such as "0" come first in an object of JavaScript: a dict has no order',
    is: (ours, theirs) => sorted(ours) === sorted(theirs),
  },
];

function sorted(hex: string): string {
  return Buffer.from(Buffer.from(hex, "hex").sort()).toString("hex");
}

interface Answer {
  readonly libdbus: boolean | null;
  readonly gdbus: boolean | null;
  /** The body as GDBus writes it; null where it does not. */
  readonly body: string | null;
}

function ask(messages: readonly Buffer[]): {
  readonly oracles: readonly string[];
  readonly answers: readonly Answer[];
} {
  const input = messages.flatMap((bytes) => {
    const size = Buffer.alloc(4);
    size.writeUInt32LE(bytes.length);
    return [size, bytes];
  });
  const done = spawnSync("/usr/bin/python3", [join(import.meta.dirname, "oracle.py")], {
    input: Buffer.concat(input),
    encoding: "utf8",
    maxBuffer: 1 << 30,
    timeout: 300_000,
  });
  if (done.error !== undefined || done.status !== 0) return { oracles: [], answers: [] };
  const [names = "", ...lines] = done.stdout.trimEnd().split("\n");
  const oracles = names.split(" ").filter((name) => name !== "");
  const answers = lines.map((line): Answer => {
    const [verdicts = "", body = "-"] = line.split(" ");
    const verdictOf = (name: string): boolean | null =>
      oracles.includes(name) ? verdicts[oracles.indexOf(name)] === "+" : null;
    return {
      libdbus: verdictOf("libdbus"),
      gdbus: verdictOf("gdbus"),
      body: body === "-" ? null : body === "=" ? "" : body,
    };
  });
  return { oracles, answers };
}

test(`${count} mutated messages, seed ${seed}`, (t) => {
  const pick = random(seed);
  const from = seeds();
  const messages = [...from, ...Array.from({ length: count }, () => mutate(from, pick))];
  const verdicts = messages.map(decode);
  assert.ok(
    verdicts.filter(({ body }) => body !== null).length > count / 50,
    "enough of them are still sound",
  );

  const { oracles, answers } = ask(messages);
  if (oracles.length === 0)
    return t.skip("no oracle: neither libdbus nor GDBus (python3-gi) can be loaded by python3");
  assert.equal(answers.length, messages.length);
  const counts = new Map<string, number>();
  const unexplained: string[] = [];
  messages.forEach((bytes, i) => {
    const explanation = compare(bytes, verdicts[i]!, answers[i]!);
    if (explanation === null)
      unexplained.push(`${bytes.toString("hex")}: ${JSON.stringify([verdicts[i], answers[i]])}`);
    else counts.set(explanation, (counts.get(explanation) ?? 0) + 1);
  });
  t.diagnostic(`oracles: ${oracles.join(", ")}`);
  for (const [explanation, times] of counts) t.diagnostic(`${times}: ${explanation}`);
  assert.deepEqual(unexplained.slice(0, 5), [], `${unexplained.length} messages that nothing explains`);
});

function compare(bytes: Buffer, ours: Verdict, theirs: Answer): string | null {
  const taken = ours.body !== null;
  if (theirs.libdbus !== null && theirs.libdbus !== taken) {
    return EXPLAINED.find((kind) => kind.is(ours, theirs.libdbus === true, bytes))?.why ?? null;
  }
  if (taken && theirs.gdbus === false) return null;
  if (ours.body === null || theirs.body === null || ours.body === theirs.body) return "agreed";
  const { body } = theirs;
  return REWRITTEN.find((kind) => kind.is(ours.body ?? "", body))?.why ?? null;
}
