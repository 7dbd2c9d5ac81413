// Checks an op-dbus proof: that entries stand in an append-only log whose head somebody signed. Plain JavaScript, no
// dependency; the same text runs in Node (node verify.mjs PROOF [--key VKEY]…) and inside a proof page. The form of a
// proof and of a key is in the page beside this file. It trusts nothing in the file: not even the key, which it names.

const utf8 = new TextEncoder();
const concat = (parts) => new Blob(parts.map((part) => Uint8Array.from(part))).arrayBuffer();
const sha256 = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", await concat(parts)));
const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const base64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
const shown = (c) => `\\u{${c.codePointAt(0).toString(16)}}`;
const visible = (text) => text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, shown);

function need(condition, otherwise) {
  if (!condition) throw new Error(otherwise);
}

/** Only the one spelling that stands for these bytes: nothing in a proof can be changed and mean the same. */
function bytesOf(text, what) {
  need(typeof text === "string" && /^[A-Za-z0-9+/]*={0,2}$/.test(text), `${what} is not base64`);
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  need(base64(bytes) === text, `${what} is not base64 as it is written`);
  return bytes;
}

/** A key as C2SP signed-note writes it: NAME+HASH+BASE64(type, public key). Type 1 signs logs, type 4 is a witness. */
async function readKey(text) {
  need(typeof text === "string", "there is no key");
  const [, name, id, data] = /^([^\s+]+)\+([0-9a-f]{8})\+(.+)$/.exec(text) ?? [];
  need(name !== undefined, "the key is not NAME+HASH+BASE64");
  const bytes = bytesOf(data, "the key");
  need(bytes.length === 33 && (bytes[0] === 1 || bytes[0] === 4), "the key is of a kind that is not known");
  need(hex((await sha256(utf8.encode(`${name}\n`), bytes)).slice(0, 4)) === id, "the key's hash is wrong");
  return { name, id, type: bytes[0], publicKey: bytes.slice(1) };
}

/** That this key signed the note: C2SP signed-note; for a witness, tlog-cosignature (its time is part of it). */
async function needSigned(text, signatures, key) {
  const lines = signatures.filter((line) => line.name === key.name && line.id === key.id);
  need(lines.length === 1, `there is not one signature by ${key.name}+${key.id}`);
  const { bytes } = lines[0];
  const stamp = key.type === 4 ? new DataView(bytes.buffer, 4, 8).getBigUint64(0) : null;
  const message = stamp === null ? text : `cosignature/v1\ntime ${stamp}\n${text}`;
  const verifier = await crypto.subtle.importKey("raw", key.publicKey, "Ed25519", false, ["verify"]);
  const signature = bytes.slice(key.type === 4 ? 12 : 4);
  const good = await crypto.subtle.verify("Ed25519", verifier, signature, utf8.encode(message));
  need(good, `the signature by ${key.name}+${key.id} is wrong`);
}

/** The head that every key signed: C2SP tlog-checkpoint. */
async function readCheckpoint(note, keys) {
  need(typeof note === "string" && note !== "", "there is no signed checkpoint: nothing is proven");
  const [, text, tail] = /^((?:[^\n]+\n)+)\n((?:\u2014 \S+ \S+\n)+)$/.exec(note) ?? [];
  need(text !== undefined, "the checkpoint is not a signed note");
  const signatures = [...tail.matchAll(/^\u2014 (\S+) (\S+)$/gm)].map(([, name, data]) => {
    const bytes = bytesOf(data, "a signature");
    return { name, id: hex(bytes.slice(0, 4)), bytes };
  });
  for (const key of keys) await needSigned(text, signatures, key);
  const [origin, size, root] = text.split("\n");
  const own = keys.find((key) => key.type === 1 && key.name === origin);
  need(own !== undefined, "no key that signed is the log's own");
  need(/^[1-9][0-9]*$/.test(size) && Number.isSafeInteger(Number(size)), "the checkpoint has no size");
  return { origin, size: Number(size), root: bytesOf(root, "the root"), signatures };
}

/** RFC 9162, 2.1.3.2: the root that a leaf and the hashes beside its way up make. */
async function rootFrom(leaf, index, size, hashes) {
  let [node, at, last] = [leaf, index, size - 1];
  for (const hash of hashes) {
    need(hash.length === 32 && last > 0, "the path is not one");
    if (at % 2 === 1 || at === last) {
      node = await sha256([1], hash, node);
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, Math.floor(last / 2)];
    } else node = await sha256([1], node, hash);
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  need(last === 0, "the path is too short");
  return node;
}

/** Resolves with what is proven; rejects with the first thing that does not hold. `trusted`: keys that must have signed. */
export async function verifyProof(proof, trusted = []) {
  need(proof?.format === "op-dbus-proof/1", "this is no proof of a form that is known");
  const keys = [...new Set([proof.key, ...trusted])];
  const readable = await Promise.all(keys.map(readKey));
  const { origin, size, root, signatures } = await readCheckpoint(proof.checkpoint, readable);
  need(Array.isArray(proof.entries) && proof.entries.length > 0, "the proof has no entry");
  let before = -1;
  for (const { index, entry, hashes } of proof.entries) {
    need(index > before, "the entries are not in the order of the log, each once");
    before = index;
    need(Number.isSafeInteger(index) && index >= 0 && index < size, "an entry lies outside the log");
    need(typeof entry === "string" && entry.isWellFormed() && Array.isArray(hashes), "an entry is not whole");
    const path = hashes.map((hash) => bytesOf(hash, "a hash"));
    const made = await rootFrom(await sha256([0], utf8.encode(entry)), index, size, path);
    need(hex(made) === hex(root), `entry ${index} is not in the log that was signed`);
  }
  for (const [digest, content] of Object.entries(proof.blobs ?? {})) {
    need(hex(await sha256(bytesOf(content, "a blob"))) === digest, `blob ${digest} has another content`);
    const owner = proof.entries.find(({ entry }) => entry.includes(`"${digest}"`));
    need(owner !== undefined, `blob ${digest} belongs to no entry`);
  }
  return { origin, size, entries: proof.entries, keys, others: signatures.length - keys.length };
}

/** What entries say was changed, a line each: when, what, from, to, by whom; then how it ended. The entries themselves, which
 * follow, say it in full. What a proof does not hold of an apply is said too. */
export function changes(entries) {
  const values = entries.map(({ entry }) => read(entry));
  const of = (type, apply) => values.filter((value) => value.type === type && value.apply === apply);
  const applies = new Set(values.filter(({ type }) => type === "action").map(({ apply }) => apply));
  return [...applies].flatMap((apply) => {
    const [begin, end] = [of("begin", apply).at(0), of("end", apply).at(-1)];
    const who = begin
      ? `by ${short(begin.actor?.user)} (${short(begin.actor?.subject)})`
      : "by whom is not in this proof";
    const how = end ? (ENDS.get(end.end) ?? short(end.end)) : "how it ended is not in this proof";
    return [...of("action", apply).map((action) => `${change(action)}, ${who}`), `  ${how}`];
  });
}

const ENDS = new Map([
  ["done", "done, and kept"],
  ["restored", "IT WAS PUT BACK: all is as before"],
  ["left", "IT FAILED, and not all of it could be put back"],
]);

function change({ time, address, before, after, secret, outcome }) {
  const value = (one) =>
    one === null || one === undefined ? "nothing" : secret ? "a secret" : JSON.stringify(one);
  const done = outcome === "done" ? "" : ` (${short(outcome)})`;
  return `${short(time)} ${short(address)}: from ${short(value(before))} to ${short(value(after))}${done}`;
}

/** What fits a line. */
function short(value) {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "?");
  return text.length > 200 ? `${text.slice(0, 200)}\u2026` : text;
}

/** Of another program an entry may hold anything. */
function read(entry) {
  try {
    return Object(JSON.parse(entry));
  } catch {
    return {};
  }
}

async function report(proof, trusted) {
  try {
    need(globalThis.crypto?.subtle, "nothing was checked: there is no WebCrypto here. Open the saved file");
    const { origin, size, entries, keys, others } = await verifyProof(JSON.parse(proof), trusted);
    const compare = "Compare it with the key you know: anybody can sign with a key of their own.";
    const lines = [
      `VALID: ${entries.length} of the ${size} entries of the log ${origin}, signed by`,
      ...keys,
    ];
    if (trusted.length === 0) lines.push(compare);
    if (others > 0) lines.push(`Signatures that were not checked: ${others}`);
    const said = changes(entries);
    if (said.length > 0) lines.push("", "What was changed:", ...said);
    for (const { index, entry } of entries) lines.push("", `#${index} ${entry}`);
    return { valid: true, text: lines.map(visible).join("\n") };
  } catch (error) {
    return { valid: false, text: visible(`INVALID: ${error.message}`) };
  }
}

if (typeof document !== "undefined") {
  const { valid, text } = await report(document.getElementById("proof").textContent, []);
  document.getElementById("result").textContent = text;
  document.documentElement.className = valid ? "valid" : "invalid";
} else if (import.meta.main ?? true) {
  const { readFileSync } = await import("node:fs");
  const [file, ...flags] = process.argv.slice(2);
  const keys = flags.filter((_, at) => at % 2 === 1);
  // A --key without its key would check nothing, and say so in a line that a script does not read.
  if (
    file === undefined ||
    keys.length * 2 !== flags.length ||
    keys.some((_, n) => flags[2 * n] !== "--key")
  ) {
    console.error("usage: node verify.mjs FILE [--key VKEY]…");
    process.exit(64);
  }
  const text = readFileSync(file, "utf8");
  const inPage = /<script type="application\/json" id="proof">(.*?)<\/script>/s.exec(text);
  const result = await report(inPage?.[1] ?? text, keys);
  console.log(result.text);
  process.exitCode = result.valid ? 0 : 8;
}
