// Signed notes: the example of the specification, our own signatures, cosignatures, and texts that are no notes.

import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { headText, parseHead } from "./checkpoint.ts";
import {
  cosignatureLine,
  parseNote,
  parseVkey,
  signatureLine,
  verifyNote,
  vkeyOf,
  type Signer,
} from "./note.ts";

// c2sp.org/signed-note, "Example".
const VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const NOTE =
  "This is an example message.\n\n\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

function signer(name: string, type = 0x01): Signer {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const verifier = parseVkey(vkeyOf(name, publicKey, type));
  assert.ok(verifier !== null);
  return { verifier, key: privateKey };
}

function verdict(note: string, ...signers: readonly Signer[]) {
  const parsed = parseNote(note);
  assert.ok(parsed !== null, note);
  return verifyNote(
    parsed,
    signers.map(({ verifier }) => verifier),
  );
}

test("the example of the specification", () => {
  const note = parseNote(NOTE);
  const verifier = parseVkey(VKEY);
  assert.ok(note !== null && verifier !== null);
  assert.equal(note.text, "This is an example message.\n");
  assert.deepEqual(verifyNote(note, [verifier]), { good: [VKEY], bad: [] });
  const changed = parseNote(NOTE.replace("an example", "no example"));
  assert.ok(changed !== null);
  assert.deepEqual(verifyNote(changed, [verifier]), { good: [], bad: [VKEY] });
});

test("several signatures; those of strangers are passed over", () => {
  const [a, b, stranger] = [signer("log/1"), signer("log/1"), signer("else")];
  const text = "hello\n\nworld\n";
  const note = `${text}\n${[a, stranger, b].map((one) => signatureLine(text, one)).join("")}`;
  assert.deepEqual(verdict(note, a, b).good, [a.verifier.vkey, b.verifier.vkey]);
  assert.equal(parseNote(note)?.text, text);
  assert.deepEqual(verdict(`${text}\n${signatureLine("other\n", a)}`, a), {
    good: [],
    bad: [a.verifier.vkey],
  });
});

test("a cosignature binds its time", () => {
  const witness = signer("witness/1", 0x04);
  const text = headText(
    { origin: "log/1", size: 3, root: Buffer.alloc(32).toString("base64") },
    "2026-01-01T00:00:00Z",
  );
  const note = `${text}\n${cosignatureLine(text, witness, 1_700_000_000)}`;
  assert.deepEqual(verdict(note, witness).good, [witness.verifier.vkey]);
  const bytes = Buffer.from(/ ([\w+/=]+)\n$/.exec(note)?.[1] ?? "", "base64");
  bytes[11]! ^= 1;
  const later = `${text}\n\u2014 witness/1 ${bytes.toString("base64")}\n`;
  assert.deepEqual(verdict(later, witness).bad, [witness.verifier.vkey]);
  // The same signature as one of a log is none.
  const asLog = signer("witness/1");
  assert.deepEqual(verdict(note, asLog), { good: [], bad: [] });
});

test("texts that are no signed notes", () => {
  const good = NOTE;
  const bad = [
    "",
    "\n",
    "text\n",
    "text\n\n",
    good.slice(0, -1),
    good.replace("\u2014", "-"),
    good.replace("\n\n", "\n"),
    good.replace("foo ", "foo  "),
    good.replace("example.com/foo", "example.com+foo"),
    good.replace("yaQM=", "yaQM"),
    good.replace("yaQM=", "yaQN="),
    good.replace("an example", "an\texample"),
    good.replace("an example", "an\rexample"),
    `${good}\u2014 a AAAA\n`,
    `${good}${"\u2014 a AAAAAAAA\n".repeat(2000)}`,
  ];
  for (const text of bad) assert.equal(parseNote(text), null, JSON.stringify(text.slice(0, 60)));
});

test("verifier keys that are none", () => {
  for (const text of [
    "",
    "a+b",
    VKEY.replace("530d903a", "530d903b"),
    VKEY.replace("foo", "bar"),
    VKEY.replace("U2k", "U2l"),
    VKEY.slice(0, -4),
    VKEY.replace("AekyeRrm", "BekyeRrm"),
    ` ${VKEY}`,
  ])
    assert.equal(parseVkey(text), null, text);
});

test("checkpoints", () => {
  const root = Buffer.alloc(32, 7).toString("base64");
  const noteOf = (text: string): string => `${text}\n\u2014 a AAAAAAAA\n`;
  const head = parseHead(noteOf(`log/1\n12\n${root}\ntime 2026-01-01T00:00:00.000Z\n`));
  assert.deepEqual([head?.origin, head?.size, head?.root], ["log/1", 12, root]);
  assert.equal(parseHead(noteOf(`log/1\n0\n${root}\n`))?.size, 0);
  for (const text of [
    `log/1\n012\n${root}\n`,
    `log/1\n-1\n${root}\n`,
    `log/1\n1e3\n${root}\n`,
    `log/1\n9007199254740993\n${root}\n`,
    `log/1\n12\n${root.slice(4)}\n`,
    `log/1\n12\n${root}A\n`,
    `\n12\n${root}\n`,
    `log/1\n12\n`,
    `log/1\n12\n${root}\n\nmore\n`,
  ])
    assert.equal(parseHead(noteOf(text)), null, text);
});
