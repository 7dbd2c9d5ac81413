// Whatever is done to the files of an audit log, verifying says so: on a log of 300 entries with groups, blobs, heads and a
// rotation of the key. Bytes are flipped, frames and entries removed, exchanged and put in with checksums that are right,
// tiles exchanged. What only an anchor can show (a log cut or exchanged as a whole) is shown by each kind of anchor.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { systemClock } from "../../src/base/clock.ts";
import {
  anchorOf,
  pinText,
  readAnchor,
  type AuditReport,
  type Checkpoint,
  type Pin,
} from "../../src/store/audit/audit.ts";
import { cosignatureLine, parseNote } from "../../src/store/audit/note.ts";
import { HEADER_BYTES } from "../../src/store/log/format.ts";
import { scanLog, type Frame } from "../../src/store/log/log.ts";
import { applyOf, auditFolder, verifyFiles, type Files } from "../support/audit-case.ts";
import { segmentOf } from "../support/audit-forge.ts";
import { seeded } from "../support/log-case.ts";
import { signer } from "../support/memory-audit.ts";

const LONG = process.env["OP_DBUS_LONG"] === "1";
const SAMPLE = 1_500;
const SEED = 20_260_101;

interface Case {
  readonly files: Files;
  /** All frames, in order. */
  readonly frames: readonly Frame[];
  readonly segments: readonly { readonly name: string; readonly endBytes: number }[];
  readonly heads: readonly Checkpoint[];
  readonly pin: Pin;
  readonly witness: string;
  /** The newest head, signed by the witness. */
  readonly witnessed: string;
}
let log: Case;
let other: Case;

before(async () => {
  log = await made();
  other = await made();
});

async function made(): Promise<Case> {
  const folder = auditFolder();
  const witness = signer("witness.example/1", 4);
  try {
    const audit = await folder.open();
    const heads: Checkpoint[] = [];
    for (let n = 0; audit.size < 299; n++) {
      const actions = Math.min(1 + (n % 9), 299 - audit.size - 2);
      const big = n % 11 === 0 ? { before: "x".repeat(40_000) + String(n) } : {};
      const { checkpoint } = await audit.append(applyOf(n, Math.max(0, actions), big), {
        group: true,
        checkpoint: true,
      });
      heads.push(checkpoint!);
      if (n === 20) heads.push(await audit.rotateKey());
    }
    // One more, alone and signed later.
    await audit.append([{ type: "gap", from: "a", to: "b", why: "c" }], { group: false, checkpoint: false });
    const { checkpoint } = await audit.append([], { group: false, checkpoint: true });
    heads.push(checkpoint!);
    const { text } = parseNote(checkpoint!.note)!;
    const { note } = await audit.cosign(`${text}\n${cosignatureLine(text, witness, 1_800_000_000)}`, [
      witness.verifier.vkey,
    ]);
    const { size, root } = checkpoint!;
    const pin = { origin: audit.origin, size, root, key: audit.key };
    await audit.close();
    const files = folder.files();
    return {
      files,
      ...(await read(folder.directory)),
      heads,
      pin,
      witness: witness.verifier.vkey,
      witnessed: note,
    };
  } finally {
    folder.remove();
  }

  async function read(directory: string): Promise<Pick<Case, "frames" | "segments">> {
    const frames: Frame[] = [];
    const ends = new Map<string, number>();
    const where = { directory, kind: "AUDT", disk: folder.options.disk, clock: systemClock };
    await scanLog(where, ({ type, payload }, { segment, offset, sizeBytes }) => {
      frames.push({ type, payload: Buffer.from(payload) });
      ends.set(segment, offset + sizeBytes);
    });
    return { frames, segments: [...ends].map(([name, endBytes]) => ({ name, endBytes })) };
  }
}

function alarms({ findings }: AuditReport): readonly string[] {
  return findings
    .filter(({ severity }) => severity === "alarm")
    .map(({ code, message }) => `${code} ${message}`);
}

/** The plain check finds it; `full`: only the full one looks there. */
async function alarmed(files: Files, what: string, full = false): Promise<void> {
  const report = await verifyFiles(files, { full });
  assert.ok(!report.holds && alarms(report).length > 0, `${what}: no alarm`);
}

/** The log with other frames in it, and everything that a checksum can make right made right. */
function rewritten({ files, segments }: Case, frames: readonly Frame[]): Files {
  const { name } = segments[0]!;
  const kept = [...files].filter(([other]) => !other.endsWith(".log"));
  return new Map([...kept, [name, segmentOf(frames, files.get(name)!)]]);
}

/** Without what is derived: the strongest forger removes it or makes it anew. */
function bare(files: Files): Files {
  return new Map([...files].filter(([name]) => name.endsWith(".log") || name.startsWith("blobs/")));
}

test("the log itself has 300 entries and no finding, rewritten too", async () => {
  assert.deepEqual(alarms(await verifyFiles(log.files)), []);
  const report = await verifyFiles(rewritten(log, log.frames));
  assert.deepEqual([alarms(report), report.counts.entries, report.anchored], [[], 300, "not anchored"]);
  assert.ok(log.segments.length > 1 && report.counts.blobs > 3 && report.counts.groups > 30);
});

test("any byte flipped up to the end mark", async (t) => {
  const places = log.segments.flatMap(({ name, endBytes }) =>
    Array.from({ length: endBytes }, (_, at) => ({ name, at })),
  );
  const draw = seeded(SEED);
  const chosen = LONG
    ? places
    : [
        ...places.filter(({ at }) => at < HEADER_BYTES),
        ...Array.from({ length: SAMPLE }, () => places[draw(places.length)]!),
      ];
  t.diagnostic(`${chosen.length} of ${places.length} bytes, seed ${SEED}`);
  for (const { name, at } of chosen) {
    const bytes = Buffer.from(log.files.get(name)!);
    bytes[at]! ^= 1 << draw(8);
    await alarmed(new Map([...log.files, [name, bytes]]), `${name} byte ${at}`);
  }
});

test("a byte of any other file of the log", async () => {
  const draw = seeded(SEED + 1);
  for (const [name, content] of log.files) {
    if (name.endsWith(".log") || name === "position") continue;
    for (let n = 0; n < (LONG ? 50 : 4); n++) {
      const bytes = Buffer.from(content);
      const at = draw(bytes.length);
      bytes[at]! ^= 1 << draw(8);
      // Which signature of a witness stands in the file is the file's own business: the log has its heads.
      if (name === "checkpoint" && at > parseNote(content.toString())!.text.length) continue;
      await alarmed(new Map([...log.files, [name, bytes]]), `${name} byte ${at}`, name.startsWith("blobs/"));
    }
  }
});

test("a frame removed, doubled, exchanged with the next, changed, put in, with right checksums", async () => {
  const draw = seeded(SEED + 2);
  const { frames } = log;
  const changes: readonly (readonly [string, (at: number) => readonly Frame[]])[] = [
    ["removed", (at) => frames.toSpliced(at, 1)],
    ["doubled", (at) => frames.toSpliced(at, 0, frames[at]!)],
    ["exchanged", (at) => frames.toSpliced(at, 2, frames[at + 1]!, frames[at]!)],
    ["changed", (at) => frames.with(at, { ...frames[at]!, payload: changed(frames[at]!.payload, draw) })],
    ["put in", (at) => frames.toSpliced(at, 0, { type: 1, payload: Buffer.from('{"type":"begin","v":1}') })],
    ["of another type", (at) => frames.with(at, { ...frames[at]!, type: 3 })],
  ];
  let done = 0;
  for (let at = 0; at < frames.length - 2; at++)
    for (const [what, change] of LONG ? changes : [changes[at % changes.length]!]) {
      const spoiled = change(at);
      // A head said twice says nothing else.
      if (what === "doubled" && frames[at]!.type === 2) continue;
      await alarmed(bare(rewritten(log, spoiled)), `frame ${at} ${what}`);
      done++;
    }
  assert.ok(done > 300);
});

function changed(payload: Uint8Array, draw: (below: number) => number): Buffer {
  const copy = Buffer.from(payload);
  copy[draw(copy.length)]! ^= 1;
  return copy;
}

test("bytes behind the end mark", async () => {
  const { name, endBytes } = log.segments.at(-1)!;
  const size = log.files.get(name)!.length;
  for (const at of [endBytes, endBytes + 1, endBytes + 16, endBytes + 4096, size - 1]) {
    const bytes = Buffer.from(log.files.get(name)!);
    bytes[at]! ^= 0x20;
    await alarmed(new Map([...log.files, [name, bytes]]), `byte ${at}`);
  }
  for (const more of [Buffer.from("x"), Buffer.alloc(1), Buffer.alloc(4096)])
    await alarmed(
      new Map([...log.files, [name, Buffer.concat([log.files.get(name)!, more])]]),
      "a longer file",
    );
});

test("segments: removed, exchanged, doubled, of another log", async () => {
  const names = log.segments.map(({ name }) => name);
  for (const name of names) {
    const files = new Map(log.files);
    files.delete(name);
    // The last one alone: what is left is a shorter log, which its derived files give away.
    await alarmed(files, `${name} removed`);
  }
  const [first, second] = [names[0]!, names[1]!];
  const swapped = new Map([...log.files, [first, log.files.get(second)!], [second, log.files.get(first)!]]);
  await alarmed(swapped, "exchanged");
  await alarmed(new Map([...log.files, [second, log.files.get(first)!]]), "doubled");
  await alarmed(new Map([...log.files, [first, other.files.get(first)!]]), "of another log");
  await alarmed(new Map([...log.files, ["0000000000099999.log", log.files.get(first)!]]), "one more");
});

test("tiles and bundles: exchanged, of another log, of more entries than there are", async () => {
  const tiles = [...log.files.keys()].filter((name) => name.startsWith("tile/"));
  assert.ok(tiles.length > 4);
  for (const name of tiles) {
    const foreign = other.files.get(name);
    if (foreign !== undefined)
      await alarmed(new Map([...log.files, [name, foreign]]), `${name} of another log`);
    const neighbour = tiles.find((one) => one !== name)!;
    await alarmed(new Map([...log.files, [name, log.files.get(neighbour)!]]), `${name} for ${neighbour}`);
  }
  for (const name of [
    "tile/0/002",
    "tile/0/001.p/255",
    "tile/entries/001.p/60",
    "tile/2/000.p/1",
    "tile/0/x",
    "tile/9",
  ])
    await alarmed(new Map([...log.files, [name, Buffer.alloc(32, 1)]]), name);
});

test("blobs: missing, changed", async () => {
  const blobs = [...log.files.keys()].filter((name) => name.startsWith("blobs/"));
  for (const name of blobs) {
    const files = new Map(log.files);
    files.delete(name);
    await alarmed(files, `${name} missing`, true);
    await alarmed(new Map([...log.files, [name, Buffer.from("else")]]), `${name} changed`, true);
  }
});

/** Every anchor there is of the whole log. */
function anchorsOf({ pin, witness, witnessed }: Case) {
  return [
    { name: "pin", anchors: [anchorOf(pin, "pin")], witnesses: [] },
    { name: "pin in a file", anchors: [readAnchor(pinText(pin), "FILE")], witnesses: [] },
    { name: "head in a file", anchors: [readAnchor(witnessed, "FILE")], witnesses: [] },
    { name: "witness", anchors: [], witnesses: [witness] },
    { name: "head and witness", anchors: [readAnchor(witnessed, "FILE")], witnesses: [witness] },
  ];
}

test("the whole log agrees with every anchor", async () => {
  for (const { name, ...anchor } of anchorsOf(log)) {
    const report = await verifyFiles(log.files, anchor);
    assert.deepEqual([alarms(report), report.anchored, report.anchoredSize], [[], "anchored", 300], name);
  }
});

test("the log's own key is no witness", async () => {
  const { holds, anchored } = await verifyFiles(log.files, { witnesses: [log.pin.key] });
  assert.deepEqual([holds, anchored], [false, "contradicted"]);
});

test("cut at any earlier head: only an anchor can tell, and each does", async () => {
  const ends = log.frames.flatMap(({ type }, at) => (type === 2 ? [at + 1] : []));
  // Not the last two: these are the newest head, without and with its witness.
  for (const end of ends.slice(0, -2).filter((_, n) => LONG || n % 3 === 0)) {
    const cut = bare(rewritten(log, log.frames.slice(0, end)));
    const alone = await verifyFiles(cut);
    assert.deepEqual(
      [alarms(alone), alone.anchored, alone.signedSize],
      [[], "not anchored", alone.counts.entries],
    );
    for (const { name, ...anchor } of anchorsOf(log)) {
      const report = await verifyFiles(cut, anchor);
      assert.deepEqual(
        [report.holds, report.anchored],
        [false, "contradicted"],
        `${name}, cut at frame ${end}`,
      );
    }
  }
  const empty = await verifyFiles(new Map([["unrelated", Buffer.alloc(0)]]), {
    anchors: [anchorOf(log.pin, "pin")],
  });
  assert.equal(empty.holds, false);
});

test("another log in its place, and another key: only an anchor can tell, and each does", async () => {
  const alone = await verifyFiles(other.files);
  assert.deepEqual([alarms(alone), alone.anchored], [[], "not anchored"]);
  for (const { name, ...anchor } of anchorsOf(log))
    assert.equal((await verifyFiles(other.files, anchor)).anchored, "contradicted", name);
  const wrong = anchorOf({ ...log.pin, key: other.pin.key }, "pin");
  assert.equal((await verifyFiles(log.files, { anchors: [wrong] })).anchored, "contradicted");
  const forged = { ...log.pin, root: other.pin.root };
  assert.equal(
    (await verifyFiles(log.files, { anchors: [anchorOf(forged, "pin")] })).anchored,
    "contradicted",
  );
});
