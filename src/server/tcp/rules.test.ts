// Where the memory's door may be opened: every combination of address, tokens and TLS, and the files behind them.

import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { SETTINGS, type Config } from "../../base/settings.ts";
import { memoryRules } from "./rules.ts";

const scratch = mkdtempSync(join(tmpdir(), "op-dbus-rules-"));
after(() => rmSync(scratch, { recursive: true }));
const uid = process.getuid!();

function file(name: string, content: string, mode: number): string {
  const path = join(scratch, name);
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}
function folder(name: string, mode: number): string {
  const path = join(scratch, name);
  mkdirSync(path);
  chmodSync(path, mode);
  return path;
}
const key = file("token.key", `${"k".repeat(32)}\n`, 0o600);
const certificate = file("cert.pem", "CERTIFICATE", 0o644);
const tlsKey = file("tls.key", "KEY", 0o600);
const link = join(scratch, "link.key");
symlinkSync(key, link);
const privateFolder = folder("private", 0o700);
const openFolder = folder("open", 0o755);

const who = { uid, home: scratch, env: {} };
const defaults = Object.fromEntries(
  Object.entries(SETTINGS).map(([name, setting]) => [name, setting.fallback(who).value]),
) as unknown as Config;

function rules(address: string, more: Partial<Config>): ReturnType<typeof memoryRules> {
  const read = SETTINGS.memoryListen.form.read(address, false);
  assert.ok("value" in read, address);
  return memoryRules({ ...defaults, ...more, memoryListen: read.value }, uid);
}

const TOKENS = { memoryTokenKey: key };
const TLS = { memoryTlsCertificate: certificate, memoryTlsKey: tlsKey };
const cases: readonly (readonly [
  what: string,
  address: string,
  more: Partial<Config>,
  refused: RegExp | null,
])[] = [
  ["nowhere", "", {}, null],
  ["loopback, nothing said", "127.0.0.1:50051", {}, /OPD4504 .*there are no tokens/],
  ["loopback, open", "127.0.0.1:50051", { memoryOpen: true }, null],
  ["loopback of IPv6, open", "[::1]:50051", { memoryOpen: true }, null],
  ["another loopback, open", "127.9.9.9:0", { memoryOpen: true }, null],
  ["everywhere, open", "0.0.0.0:50051", { memoryOpen: true }, /OPD4504 .*other machines/],
  ["everywhere in IPv6, open", "[::]:50051", { memoryOpen: true }, /OPD4504 .*other machines/],
  ["loopback in IPv6 clothes, open", "[::ffff:10.0.0.1]:1", { memoryOpen: true }, /OPD4504 .*other machines/],
  ["everywhere, open, with TLS", "0.0.0.0:1", { memoryOpen: true, ...TLS }, /OPD4504 .*no tokens/],
  ["everywhere, tokens", "0.0.0.0:1", TOKENS, /OPD4504 .*there is no TLS/],
  ["everywhere, tokens and TLS", "0.0.0.0:1", { ...TOKENS, ...TLS }, null],
  ["loopback, tokens", "127.0.0.1:1", TOKENS, null],
  ["a private socket, open", `unix:${privateFolder}/s`, { memoryOpen: true }, null],
  ["a socket others reach, open", `unix:${openFolder}/s`, { memoryOpen: true }, /OPD4504 .*others may enter/],
  [
    "a socket nowhere, open",
    `unix:${scratch}/none/s`,
    { memoryOpen: true },
    /OPD4504 .*cannot be seen: ENOENT/,
  ],
  ["a socket others reach, tokens", `unix:${openFolder}/s`, TOKENS, null],
  [
    "a short key",
    "127.0.0.1:1",
    { memoryTokenKey: file("short", `${"k".repeat(31)}\n`, 0o600) },
    /OPD4504 .*less than 32/,
  ],
  [
    "a key others read",
    "127.0.0.1:1",
    { memoryTokenKey: file("shown", "k".repeat(32), 0o640) },
    /OPD4504 .*others may read/,
  ],
  ["a key others write", "127.0.0.1:1", { memoryTokenKey: file("theirs", "k".repeat(32), 0o622) }, /OPD1202/],
  ["a key behind a link", "127.0.0.1:1", { memoryTokenKey: link }, /OPD1202/],
  ["no key there", "127.0.0.1:1", { memoryTokenKey: join(scratch, "nothing") }, /OPD1201/],
  [
    "a certificate alone",
    "127.0.0.1:1",
    { ...TOKENS, memoryTlsCertificate: certificate },
    /OPD4504 .*belong together/,
  ],
  ["its key alone", "127.0.0.1:1", { ...TOKENS, memoryTlsKey: tlsKey }, /OPD4504 .*belong together/],
  [
    "its key shown",
    "127.0.0.1:1",
    { ...TOKENS, ...TLS, memoryTlsKey: certificate },
    /OPD4504 .*others may read/,
  ],
  [
    "client certificates without TLS",
    "127.0.0.1:1",
    { ...TOKENS, memoryTlsClientAuthorities: certificate },
    /OPD4504 .*need TLS/,
  ],
];
for (const [what, address, more, refused] of cases)
  test(`${what}${refused === null ? "" : ": refused"}`, () => {
    if (refused === null) return void rules(address, more);
    assert.throws(
      () => rules(address, more),
      (error: Error & { code?: string }) =>
        refused.test(`${error.code} ${error.message}`) && !error.message.includes("kkk"),
    );
  });

test("what the rules hold", () => {
  const made = rules("0.0.0.0:1", { ...TOKENS, ...TLS, memoryTlsClientAuthorities: certificate });
  assert.equal(made?.tokenKey?.toString(), "k".repeat(32));
  assert.equal(made?.tls?.clientAuthorities?.toString(), "CERTIFICATE");
  assert.equal(made?.encoding, "hybrid");
  assert.deepEqual(made?.rate, { perSecond: 100, burst: 200 });
});

for (const address of [
  "localhost:1",
  "127.0.0.1",
  "127.0.0.1:65536",
  "::1:1",
  "[127.0.0.1]:1",
  "unix:relative",
  "1:2:3",
])
  test(`no address: ${address}`, () => assert.ok("fault" in SETTINGS.memoryListen.form.read(address, false)));
