// Logs with hostile records whose checksums are right: what an entry or a head must never be, put in the place of one, in
// front of it or at the end. Verifying tells each (or, of what nobody signed yet, that it is not signed), opening ends or
// refuses, and neither fails as our own fault.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { OpError } from "../../src/base/error.ts";
import type { Frame } from "../../src/store/log/log.ts";
import { applyOf, auditFolder, verifyFiles } from "../support/audit-case.ts";
import { ENTRY, framesIn, HEAD, segmentOf, writeFrames } from "../support/audit-forge.ts";
import { seeded } from "../support/log-case.ts";

const ROUNDS = process.env["OP_DBUS_LONG"] === "1" ? 20_000 : 300;
const SEED = 20_260_301;

const folder = auditFolder();
after(() => folder.remove());
let frames: readonly Frame[] = [];
let segment = Buffer.alloc(0);

before(async () => {
  const audit = await folder.open();
  for (let n = 0; n < 4; n++) {
    await audit.append(applyOf(n, 2), { group: true, checkpoint: true });
    if (n === 1) await audit.rotateKey();
  }
  await audit.close();
  frames = await framesIn(folder.directory);
  segment = readFileSync(join(folder.directory, "0000000000000000.log"));
});

const TIMES = { boot: "b", mono_ms: 1, time: "2026-01-01T00:00:00.000Z" };
const entry = (members: object): string => JSON.stringify({ ...TIMES, ...members, v: 1 });

/** What no entry is, or none of this log. */
const ENTRIES: readonly (string | Buffer)[] = [
  "",
  "null",
  "[]",
  "7",
  "{",
  "{}",
  '{"type":"begin"}',
  " {}",
  "[".repeat(30_000),
  '{"a":'.repeat(5_000),
  `{"a":${"[".repeat(60)}${"]".repeat(60)}}`,
  "\u0000",
  Buffer.from([0xff, 0xfe, 0x7b, 0x7d]),
  '{"a":"\\ud800"}',
  '{"__proto__":{"type":"key"},"constructor":1}',
  '{"a":1,"a":2}',
  entry({ type: "x".repeat(32_768) }),
  "x".repeat(65_535),
  "x".repeat(65_536),
  "x".repeat(400_000),
  ...["previous", "binds"].flatMap((name) =>
    [
      "null",
      "[]",
      "7",
      '""',
      "{}",
      '{"count":1e400,"digest":"","first":-1}',
      '{"size":9007199254740993,"root":""}',
      '{"count":0,"digest":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","first":null}',
    ].map((value) => `{"${name}":${value},"time":"","type":"begin","v":1}`),
  ),
  ...[null, 7, "", "x+00000000+AA==", "\n+\u2028"].map((vkey) =>
    entry({ replaces: null, type: "key", vkey }),
  ),
  entry({ a: { $blob: "../../../../etc/passwd", size: 1 }, type: "x" }),
  entry({ a: { $blob: "f".repeat(64), size: -1 }, type: "x" }),
  ...[null, [null], [7], [{ digest: 7, text: null }], [{ digest: "../x", text: null }], { 0: null }].map(
    (documents) => entry({ documents, type: "begin" }),
  ),
];

const HASH = "LkY2".repeat(10) + "LkY=";
/** What no head is. */
const NOTES: readonly (string | Buffer)[] = [
  "",
  "\n\n",
  "\n\n\n",
  "x",
  `x\n1\n${HASH}\n\n\u2014 x AAAAAAAA\n`,
  ...["-1", "01", "1e3", "9007199254740993", "9".repeat(400), "", "0x1", " 1", "1\r"].map(
    (size) => `x\n${size}\n${HASH}\n\n\u2014 x AAAAAAAA\n`,
  ),
  ...["\r", "\u0000", "\u2028", "\u0085", "\u00a0", "\ufeff"].map(
    (odd) => `x${odd}\n1\n${HASH}\n\n\u2014 x${odd} AAAAAAAA\n`,
  ),
  `${"x".repeat(1_000_000)}\n1\n${HASH}\n\n\u2014 x AAAAAAAA\n`,
  `x\n1\n${HASH}\n\n${"\u2014 x AAAAAAAA\n".repeat(60_000)}`,
  Buffer.from([0xff, 0x0a, 0x0a]),
];

function frame(type: number, payload: string | Buffer): Frame {
  // A frame has at least one byte.
  return { type, payload: payload.length === 0 ? Buffer.of(0) : Buffer.from(payload) };
}
const HOSTILE: readonly Frame[] = [
  ...ENTRIES.map((payload) => frame(ENTRY, payload)),
  ...NOTES.map((payload) => frame(HEAD, payload)),
  frame(3, "of no type"),
  frame(127, "of no type"),
];

async function judged(log: readonly Frame[], what: string, signed: boolean): Promise<void> {
  const files = new Map([["0000000000000000.log", segmentOf(log, segment)]]);
  for (const full of [true, false]) {
    const { holds, findings, signedSize, counts } = await verifyFiles(files, { full });
    const said = signed && full ? !holds : !holds || signedSize < counts.entries;
    assert.ok(said, `${what}, ${full ? "full" : "plain"}: nothing is said`);
    for (const { message, where } of findings)
      assert.ok(message !== "" && where !== "" && message.length + where.length < 1000, what);
  }
}

async function opened(log: readonly Frame[], what: string): Promise<void> {
  writeFrames(folder.directory, log, "removed");
  try {
    const audit = await folder.open();
    try {
      await audit.append(applyOf(9, 1), { group: true, checkpoint: true });
    } finally {
      await audit.close();
    }
    // What was signed over is what it says.
    const { findings } = await folder.verify();
    assert.deepEqual(
      findings.filter(({ severity }) => severity === "alarm"),
      [],
      what,
    );
  } catch (error) {
    assert.ok(error instanceof OpError, `${what}: ${error instanceof Error ? error.stack : String(error)}`);
    assert.ok([7, 8].includes(error.exit), `${what}: ${error.code} ${error.message}`);
  }
}

function nameOf({ type, payload }: Frame): string {
  return `type ${type} ${Buffer.from(payload.subarray(0, 60)).toString()} (${payload.length} bytes)`;
}

test("each hostile record: in the place of a signed one, and behind the last head", async () => {
  for (const hostile of HOSTILE) {
    await judged(frames.with(3, hostile), `replaced by ${nameOf(hostile)}`, true);
    await judged([...frames, hostile], `behind the end ${nameOf(hostile)}`, false);
    await opened(frames.with(3, hostile), nameOf(hostile));
    await opened([...frames, hostile], nameOf(hostile));
  }
});

test("several at random places", async (t) => {
  const draw = seeded(SEED);
  t.diagnostic(`${ROUNDS} rounds, seed ${SEED}`);
  for (let round = 0; round < ROUNDS; round++) {
    const log = [...frames];
    for (let n = 1 + draw(3); n > 0; n--)
      log.splice(draw(log.length), draw(2), HOSTILE[draw(HOSTILE.length)]!);
    await judged(log, `round ${round}`, true);
    if (round % 10 === 0) await opened(log, `round ${round}`);
  }
});
