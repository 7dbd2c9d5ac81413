// Proof files against the verifier that anybody can run: a proof of ours holds, a changed one never does, and whatever a
// string from a bus holds, it stays data. The page is run in a real browser where there is one.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { OpError } from "../../src/base/error.ts";
import { signatureLine } from "../../src/store/audit/note.ts";
import type { EntryBody } from "../../src/store/audit/model.ts";
import { makeProof, proofJson, proofPage, type Proof } from "../../src/store/audit/proof.ts";
import { memoryAudit, signer, type MemoryAudit } from "../support/memory-audit.ts";

const VERIFIER = join(import.meta.dirname, "../../docs/verifier/verify.mjs");
const source = readFileSync(VERIFIER, "utf8");
interface Proven {
  readonly keys: readonly string[];
  readonly others: number;
}
const { verifyProof, changes } = (await import(VERIFIER)) as {
  verifyProof(proof: unknown, trusted?: readonly string[]): Promise<Proven>;
  changes(entries: readonly { readonly entry: string }[]): readonly string[];
};

async function logOf(size: number): Promise<MemoryAudit> {
  const audit = memoryAudit();
  const bodies = Array.from({ length: size }, (_, i): EntryBody => ({ type: "action", number: i }));
  await audit.append(bodies, { group: false, checkpoint: true });
  return audit;
}

function copy(proof: Proof): Proof {
  return JSON.parse(proofJson(proof)) as Proof;
}

async function refused(proof: unknown, what: string, trusted: readonly string[] = []): Promise<void> {
  await assert.rejects(verifyProof(proof, trusted), what);
}

test("every entry of every small log is proven, and none in another's place", async () => {
  for (let size = 1; size <= 20; size++) {
    const audit = await logOf(size);
    for (let index = 0; index < size; index++) {
      const proof = copy(makeProof(audit, [index]));
      await verifyProof(proof);
      for (let other = 0; other < size; other++) {
        if (other === index) continue;
        await refused({ ...proof, entries: [{ ...proof.entries[0], index: other }] }, `${index} as ${other}`);
      }
    }
  }
});

/** `text` with each character replaced by another one that may stand there, one at a time. */
function* mutations(text: string): Generator<string> {
  for (let at = 0; at < text.length; at++) {
    const unit = text[at]!;
    for (const other of unit === "A" ? ["B", " "] : ["A", "\n"])
      if (other !== unit) yield text.slice(0, at) + other + text.slice(at + 1);
  }
  yield text.slice(1);
  yield text.slice(0, -1);
  yield `${text}\n`;
}

test("no character of entry, hash, checkpoint or key can be changed", async () => {
  const proof = copy(makeProof(await logOf(11), [6]));
  const [entry] = proof.entries;
  const changed: [string, unknown][] = [];
  const one = (part: object) => ({ ...proof, entries: [{ ...entry, ...part }] });
  for (const text of mutations(entry!.entry)) changed.push(["entry", one({ entry: text })]);
  entry!.hashes.forEach((hash, i) => {
    for (const text of mutations(hash)) changed.push(["hash", one({ hashes: entry!.hashes.with(i, text) })]);
  });
  for (const text of mutations(proof.checkpoint))
    changed.push(["checkpoint", { ...proof, checkpoint: text }]);
  for (const text of mutations(proof.key)) changed.push(["key", { ...proof, key: text }]);
  changed.push(
    ["a hash left out", one({ hashes: entry!.hashes.slice(1) })],
    ["a hash twice", one({ hashes: [...entry!.hashes, entry!.hashes[0]] })],
    ["hashes swapped", one({ hashes: entry!.hashes.toReversed() })],
  );
  assert.ok(changed.length > 1000, `${changed.length} proofs`);
  for (const [what, wrong] of changed) await refused(wrong, what);
  await verifyProof(proof);
});

test("what is not whole is not partly valid", async () => {
  const proof = copy(makeProof(await logOf(5), [1, 3]));
  const note = proof.checkpoint;
  const unsigned = note.slice(0, note.indexOf("\n\n") + 1);
  const { checkpoint: _checkpoint, ...without } = proof;
  const cases: readonly (readonly [string, unknown])[] = [
    ["no checkpoint", without],
    ["an empty one", { ...proof, checkpoint: "" }],
    ["not signed", { ...proof, checkpoint: unsigned }],
    ["not signed, but a blank line", { ...proof, checkpoint: `${unsigned}\n` }],
    ["signed twice", { ...proof, checkpoint: note + note.slice(unsigned.length + 1) }],
    ["no entries", { ...proof, entries: [] }],
    ["another format", { ...proof, format: "op-dbus-proof/2" }],
    ["a blob nobody binds", { ...proof, blobs: { [createHash("sha256").digest("hex")]: "" } }],
    ["another key", { ...proof, key: signer("op-dbus/0123456789abcdef").verifier.vkey }],
    ["one entry is wrong", { ...proof, entries: [proof.entries[0], { ...proof.entries[1], entry: "{}" }] }],
    ["null", null],
    ["a list", []],
    ["an entry twice", { ...proof, entries: [proof.entries[0], ...proof.entries] }],
    ["entries in another order", { ...proof, entries: proof.entries.toReversed() }],
    ["entries that are none", { ...proof, entries: [null] }],
    ["entries as a table", { ...proof, entries: { 0: proof.entries[0], length: 1 } }],
    ...["1", -1, 0.5, 5, 2 ** 53, 1e300, null, [1]].map(
      (index) => [`index ${String(index)}`, { ...proof, entries: [{ ...proof.entries[0], index }] }] as const,
    ),
    ...["", {}, [null], [""], Array(100).fill(proof.entries[0]!.hashes[0]), Array(100_000).fill("AAAA")].map(
      (hashes, n) => [`hashes ${n}`, { ...proof, entries: [{ ...proof.entries[0], hashes }] }] as const,
    ),
    ["a key in a list", { ...proof, key: [proof.key] }],
    ["no key", { ...proof, key: undefined }],
    ["a checkpoint in a list", { ...proof, checkpoint: [note] }],
    ["a note of a megabyte", { ...proof, checkpoint: "x".repeat(1e6) + note }],
    ["two checkpoints", { ...proof, checkpoint: `${note}\n${note}` }],
    ["blobs in a list", { ...proof, blobs: ["AAAA"] }],
    ["a blob of another name", { ...proof, blobs: JSON.parse('{"__proto__":"AAAA"}') as unknown }],
  ];
  for (const [what, wrong] of cases) await refused(wrong, what);
});

test("a head of nothing, of no size, of another name, signed as it should be, proves nothing", async () => {
  const proof = copy(makeProof(await logOf(1), [0]));
  const own = signer("op-dbus/0123456789abcdef");
  const [origin, size, root] = proof.checkpoint.split("\n");
  const signedAs = (lines: readonly string[]) => {
    const text = `${lines.join("\n")}\n`;
    return { ...proof, key: own.verifier.vkey, checkpoint: `${text}\n${signatureLine(text, own)}` };
  };
  await verifyProof(signedAs([origin!, size!, root!]));
  for (const lines of [
    [origin!, "0", root!],
    [origin!, "", root!],
    [origin!, "1.0", root!],
    [origin!, "9007199254740993", root!],
    [origin!, "9".repeat(400), root!],
    [origin!, size!, `${root} `],
    [origin!, size!],
    ["op-dbus/other", size!, root!],
  ])
    await refused(signedAs(lines), lines.join(" "));
});

test("a key that is asked for must have signed; a witness counts as one", async () => {
  const audit = await logOf(4);
  const witness = audit.witness();
  const proof = copy(makeProof(audit, [2]));
  assert.equal((await verifyProof(proof)).others, 1);
  assert.deepEqual((await verifyProof(proof, [witness, audit.key])).keys, [audit.key, witness]);
  await refused(proof, "a stranger's", [signer("op-dbus/0123456789abcdef").verifier.vkey]);
  await refused(proof, "another witness", [signer("witness.example", 4).verifier.vkey]);
});

test("a value that lies in a blob comes along, and is checked", async () => {
  const audit = memoryAudit();
  const digest = await audit.putBlob(Buffer.from('"large"'));
  const after = { $blob: digest, size: 7 };
  await audit.append([{ type: "action", after }], { group: false, checkpoint: true });
  const proof = copy(makeProof(audit, [0]));
  assert.deepEqual(proof.blobs, { [digest]: Buffer.from('"large"').toString("base64") });
  await verifyProof(proof);
  await refused({ ...proof, blobs: { [digest]: Buffer.from('"other"').toString("base64") } }, "the blob");
});

test("what cannot be proven is refused with the reason", async () => {
  const audit = await logOf(3);
  await audit.append([{ type: "action" }], { group: false, checkpoint: false });
  const cases = [
    [[4], "OPD5120"],
    [[], "OPD5120"],
    [[3], "OPD5122"],
  ] as const;
  for (const [indexes, code] of cases)
    assert.throws(
      () => makeProof(audit, indexes),
      (error) => error instanceof OpError && error.code === code,
    );
});

const APPLY = "00000000000000aa";
const BEGIN = { type: "begin", apply: APPLY, actor: { user: "ada", subject: "op-dbus apply a.toml" } };
const ACTION = {
  type: "action",
  apply: APPLY,
  time: "2026-01-02T03:04:05.000Z",
  address: "hostname1:PrettyHostname",
  before: "old",
  after: "new",
  secret: false,
  outcome: "done",
};
const END = { type: "end", apply: APPLY, end: "done" };
const FROM_OLD = '2026-01-02T03:04:05.000Z hostname1:PrettyHostname: from "old" to "new"';
const BY_ADA = "by ada (op-dbus apply a.toml)";

const READABLE: readonly (readonly [what: string, entries: readonly unknown[], lines: readonly string[]])[] =
  [
    ["an apply", [BEGIN, ACTION, END], [`${FROM_OLD}, ${BY_ADA}`, "  done, and kept"]],
    [
      "one that was put back",
      [BEGIN, ACTION, { ...END, end: "restored" }],
      [`${FROM_OLD}, ${BY_ADA}`, "  IT WAS PUT BACK: all is as before"],
    ],
    [
      "one that ended twice",
      [BEGIN, ACTION, END, { ...END, end: "left" }],
      [`${FROM_OLD}, ${BY_ADA}`, "  IT FAILED, and not all of it could be put back"],
    ],
    [
      "an entry alone",
      [ACTION],
      [`${FROM_OLD}, by whom is not in this proof`, "  how it ended is not in this proof"],
    ],
    [
      "what did not happen",
      [BEGIN, { ...ACTION, outcome: "not-started" }, END],
      [`${FROM_OLD} (not-started), ${BY_ADA}`, "  done, and kept"],
    ],
    [
      "a secret, made and taken away",
      [
        BEGIN,
        { ...ACTION, secret: true, before: null, after: { digest: "ab" } },
        { ...ACTION, secret: true, before: { digest: "ab" }, after: null },
        END,
      ],
      [
        `2026-01-02T03:04:05.000Z hostname1:PrettyHostname: from nothing to a secret, ${BY_ADA}`,
        `2026-01-02T03:04:05.000Z hostname1:PrettyHostname: from a secret to nothing, ${BY_ADA}`,
        "  done, and kept",
      ],
    ],
    [
      "a long value",
      [{ ...ACTION, before: "x".repeat(300) }],
      [
        `2026-01-02T03:04:05.000Z hostname1:PrettyHostname: from "${"x".repeat(199)}\u2026 to "new", by whom is not in this proof`,
        "  how it ended is not in this proof",
      ],
    ],
    [
      "another end",
      [BEGIN, ACTION, { ...END, end: "constructor" }],
      [`${FROM_OLD}, ${BY_ADA}`, "  constructor"],
    ],
    [
      "of another shape",
      [{ type: "action" }, null, 7, [BEGIN]],
      [
        "? ?: from nothing to nothing (?), by whom is not in this proof",
        "  how it ended is not in this proof",
      ],
    ],
    ["no change", [{ type: "key" }, "x"], []],
  ];
for (const [what, entries, lines] of READABLE)
  test(`what was changed, for people: ${what}`, () => {
    assert.deepEqual(changes(entries.map((entry) => ({ entry: JSON.stringify(entry) }))), lines);
  });

test("what was changed stands before the entries, and an entry that is no JSON is left to speak for itself", async (t) => {
  const audit = memoryAudit();
  await audit.append([BEGIN, ACTION, END] as EntryBody[], { group: true, checkpoint: true });
  const file = join(folder(t), "proof.json");
  writeFileSync(file, proofJson(makeProof(audit, [0, 1, 2])));
  const { stdout } = spawnSync(process.execPath, [VERIFIER, file], { encoding: "utf8" });
  const at = [
    stdout.indexOf("What was changed:"),
    stdout.indexOf(`from "old" to "new", ${BY_ADA}`),
    stdout.indexOf("#0 {"),
  ];
  assert.ok(at[0]! > 0 && at[0]! < at[1]! && at[1]! < at[2]!, stdout);
  assert.deepEqual(changes([{ entry: "no JSON" }]), []);
});

const HOSTILE = [
  "</script><script>document.title='owned'</script>",
  "<!-- <script>",
  "]]>--!>\u2028\u2029",
  "\u001b]0;owned\u0007\u001b[2J",
  "\u202egnp.exe\u2066\u200b",
  '"><img src=x onerror=alert(1)>',
  "\\u003c/script>",
  "`${1}`",
];

async function hostileProof(): Promise<Proof> {
  const audit = memoryAudit();
  await audit.append([{ type: "action", after: HOSTILE }], { group: false, checkpoint: true });
  return makeProof(audit, [0]);
}

test("strings of strangers are data in a page: no markup, no script, no escape", async () => {
  const proof = await hostileProof();
  const page = proofPage(proof, source);
  const [head = "", data = "", tail = ""] = page.split(
    /<script type="application\/json" id="proof">|(?<=\})<\/script>\n<script type="module">/,
  );
  assert.equal(data.includes("<"), false);
  assert.deepEqual(JSON.parse(data), copy(proof));
  const empty = proofPage({ ...proof, entries: [], checkpoint: "", key: "", blobs: {} }, source);
  assert.equal(
    page.replace(data, ""),
    empty.replace(/\{"format".*\}(?=<\/script>\n<script type="module">)/, ""),
  );
  assert.equal((page.match(/<script/g) ?? []).length - (source.match(/<script/g) ?? []).length, 2);
  assert.doesNotMatch(head + data, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202e\u2066]/);
  assert.ok(tail.startsWith(source));
  const [policy] = /(?<=Content-Security-Policy" content=")[^"]+/.exec(page) ?? [""];
  const scriptHash = createHash("sha256").update(source).digest("base64");
  assert.match(policy, /^default-src 'none';/);
  assert.ok(policy.includes(`script-src 'sha256-${scriptHash}';`));
  assert.doesNotMatch(policy, /unsafe|\*|https?:/);
});

test("the verifier as a program: files of both forms, exit status, nothing for a terminal to obey", async (t) => {
  const at = folder(t);
  const proof = await hostileProof();
  const files = { json: join(at, "proof.json"), html: join(at, "proof.html"), bad: join(at, "bad.json") };
  writeFileSync(files.json, proofJson(proof));
  writeFileSync(files.html, proofPage(proof, source));
  writeFileSync(files.bad, proofJson({ ...proof, checkpoint: "" }));
  const run = (...args: string[]) => spawnSync(process.execPath, [VERIFIER, ...args], { encoding: "utf8" });
  for (const file of [files.json, files.html]) {
    const { status, stdout } = run(file);
    assert.equal(status, 0, stdout);
    assert.match(stdout, /^VALID: 1 of the 1 entries of the log op-dbus\/0123456789abcdef, signed by\n/);
    assert.ok(stdout.includes(proof.key));
    assert.doesNotMatch(stdout, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202e\u2066]/);
  }
  assert.equal(run(files.json, "--key", proof.key).status, 0);
  for (const args of [
    [],
    [files.json, "--key"],
    [files.json, "--keys", proof.key],
    [files.json, proof.key],
  ]) {
    const { status, stdout } = run(...args);
    assert.deepEqual([status, stdout], [64, ""], args.join(" "));
  }
  for (const args of [[files.bad], [files.json, "--key", signer("op-dbus/0123456789abcdef").verifier.vkey]]) {
    const { status, stdout } = run(...args);
    assert.equal(status, 8, stdout);
    assert.match(stdout, /^INVALID: /);
  }
});

const BROWSER = ["chromium", "chromium-browser", "google-chrome", "chrome"].find(
  (name) => spawnSync("which", [name]).status === 0,
);

test(
  "the page in a browser says what the program says",
  { skip: BROWSER === undefined ? "no Chromium here (the package chromium)" : false },
  async (t) => {
    const at = folder(t);
    const proof = await hostileProof();
    const page = proofPage(proof, source);
    const dump = (text: string): string => {
      const file = join(at, "proof.html");
      writeFileSync(file, text);
      const flags = ["--headless", "--no-sandbox", "--disable-gpu", `--user-data-dir=${join(at, "profile")}`];
      const args = [...flags, "--virtual-time-budget=5000", "--dump-dom", `file://${file}`];
      return execFileSync(BROWSER!, args, {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
        timeout: 60_000,
      });
    };
    const good = dump(page);
    assert.match(good, /<html lang="en" class="valid">/);
    assert.match(good, /<title>op-dbus proof<\/title>/);
    assert.doesNotMatch(/<pre id="result">.*?<\/pre>/s.exec(good)![0].slice(17, -6), /</);
    assert.match(dump(page.replace('"type\\":\\"action\\"', '"type\\":\\"Action\\"')), /class="invalid"/);
    assert.match(dump(page.replace("const utf8", "const  utf8")), /Nothing was checked/);
  },
);

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "op-dbus-proof-"));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
