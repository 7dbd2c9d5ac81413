import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test, type TestContext } from "node:test";
import { OpError } from "../../base/error.ts";
import { memoryAudit } from "../../../test/support/memory-audit.ts";
import { systemDisk } from "../file/file.ts";
import { readTold, serdeJson } from "./legacy-json.ts";
import { sha256 } from "./legacy-record.ts";
import { importLegacy, readLegacy, type LegacyRecord } from "./legacy.ts";

const DATA = { interface: "eth0", ip: "192.168.1.100", status: "active" };
const DATA_HASH = "fb24df6b31b954002a2aff3edbe27d8aa781b9be1c9b777b0c2de28517bcdb0b";
const FOUR = "e3ad949c65508e6b4cb8bc16449b4f3797b7cf2970533bf65242b6f9ec4e2887";
const THREE = "c286a18c6d6b80e6d7e7d2ccbce044c7991e519d6e56521ea0250e79e302660f";

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "op-dbus-legacy-"));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A file of timing/ as the first generation wrote it. */
function footprint(change: object = {}, data: object = {}): string {
  const inner = {
    data_hash: DATA_HASH,
    metadata: {},
    operation: "create",
    plugin_id: "test_plugin",
    ...data,
  };
  const file = { action: "create", category: "test_plugin", data: inner, hash: FOUR };
  return JSON.stringify({ ...file, plugin_footprint: true, timestamp: 1_700_000_000, ...change }, null, 2);
}

function read(path: string): LegacyRecord[] {
  return [...readLegacy(systemDisk, path)];
}

test("JSON as serde_json writes it", () => {
  const cases: readonly (readonly [string, string])[] = [
    [JSON.stringify(DATA), '{"interface":"eth0","ip":"192.168.1.100","status":"active"}'],
    ['{ "b": 1, "a": [true, null, {}] }', '{"a":[true,null,{}],"b":1}'],
    // UTF-8 order puts U+FF01 before U+1F600, UTF-16 order behind it.
    ['{"\u{1f600}":1,"\uff01":2}', '{"\uff01":2,"\u{1f600}":1}'],
    ['{"10":1,"9":2,"__proto__":3}', '{"10":1,"9":2,"__proto__":3}'],
    ["[1.0,1,-0,-0.0,1e2]", "[1.0,1,-0.0,-0.0,100.0]"],
    ["[18446744073709551615,-9223372036854775808]", "[18446744073709551615,-9223372036854775808]"],
    ["[18446744073709551616]", "[1.8446744073709552e19]"],
    ["[1e21,1e16,1e15,123456789012345680.0]", "[1e21,1e16,1000000000000000.0,1.2345678901234568e17]"],
    ["[0.1,0.00001,0.000001,1.5e-7,12.34]", "[0.1,0.00001,1e-6,1.5e-7,12.34]"],
    ['["\\u007f\\u001f\\b\\/\u00e9"]', '["\u007f\\u001f\\b/\u00e9"]'],
  ];
  for (const [text, expected] of cases) assert.equal(serdeJson(readTold(text)), expected);
  assert.equal(sha256(serdeJson(readTold(JSON.stringify(DATA)))), DATA_HASH);
});

test("every footprint gets the label that its own hash earns", (t) => {
  const root = folder(t);
  for (const name of ["timing", "vectors"]) mkdirSync(join(root, name));
  const other = (digit: string): string => digit.repeat(64);
  const cases: readonly (readonly [name: string, text: string | Buffer, label: string, note: RegExp])[] = [
    [FOUR, footprint(), "4-part ok", /the data was not kept.*its vector names the same hash/],
    [THREE, footprint({ hash: THREE }, { metadata: DATA }), "3-part ok (data unbound)", /is the data that/],
    [other("0"), footprint(), "bad", /named after another hash.*its vector names another/],
    [other("1"), "{", "bad", /not JSON/],
    [other("2"), Buffer.from([0x7b, 0xff, 0x7d]), "bad", /not UTF-8/],
    [other("3"), footprint({ hash: other("3") }), "bad", /neither formula/],
    [other("4"), footprint({ timestamp: -1 }), "bad", /it lacks/],
    [other("5"), footprint({ hash: other("5") }, { plugin_id: 5 }), "bad", /it lacks/],
    [other("6"), footprint({ action: "delete" }), "bad", /are not the operation and plugin/],
    [other("7"), "[]", "bad", /not an object/],
  ];
  for (const [name, text] of cases) writeFileSync(join(root, "timing", `${name}.json`), text);
  const vector = { metadata: {}, vector: [0.9222450256347656] };
  for (const [name, hash] of [
    [FOUR, FOUR],
    [other("0"), THREE],
  ] as const)
    writeFileSync(join(root, "vectors", `${name}.vec`), JSON.stringify({ ...vector, hash }));
  writeFileSync(join(root, "timing", "notes.txt"), "not a record");
  const found = new Map(read(root).map((record) => [record.source, record]));
  assert.equal(found.size, cases.length);
  for (const [name, text, label, note] of cases) {
    const record = found.get(`timing/${name}.json`)!;
    assert.equal(record.label, label, name);
    assert.match(record.notes.join("; "), note);
    assert.equal(record.original, typeof text === "string" ? text : text.toString("base64"));
  }
  assert.equal(read(join(root, "timing")).length, cases.length, "the folder itself");
  assert.equal(read(join(root, "timing", `${FOUR}.json`))[0]?.label, "4-part ok");
});

test("what is not bound may be changed without notice, and the label says so", (t) => {
  const root = folder(t);
  const forged = footprint({ hash: THREE }, { data_hash: "0".repeat(64), metadata: { ip: "10.0.0.1" } });
  writeFileSync(join(root, `${THREE}.json`), forged);
  const [record] = read(join(root, `${THREE}.json`));
  assert.equal(record?.label, "3-part ok (data unbound)");
});

test("blocks are judged by their footprints and by their order", (t) => {
  const root = folder(t);
  const inBlock = { plugin_id: "test_plugin", operation: "create", timestamp: 1_700_000_000 };
  const good = { ...inBlock, data_hash: DATA_HASH, content_hash: FOUR, metadata: {}, vector_features: [1] };
  const block = (id: number, previous: string, hash: string, footprints: readonly object[]) =>
    writeFileSync(
      join(root, `block_000000000${id}.json`),
      JSON.stringify({ block_id: id, previous_hash: previous, footprints, block_hash: hash }),
    );
  block(1, "0".repeat(64), "1", [good, good]);
  block(2, "1", "2", [good, { ...good, content_hash: THREE }]);
  block(3, "2", "3", [{ ...good, operation: "delete" }]);
  block(4, "9", "4", [good]);
  block(5, "4", "5", []);
  assert.deepEqual(
    read(root).map(({ label }) => label),
    ["4-part ok", "3-part ok (data unbound)", "bad", "bad", "bad"],
  );
  assert.match(read(root)[3]!.notes.join("; "), /previous_hash is not the block_hash before it/);
});

function events(path: string, rows: readonly (readonly [string, string, string | null, string])[]): void {
  const database = new DatabaseSync(path);
  database.exec(
    "CREATE TABLE events (id INTEGER PRIMARY KEY, timestamp TEXT, event_type TEXT, snapshot_id TEXT, data TEXT, hash TEXT, previous_hash TEXT)",
  );
  const insert = database.prepare("INSERT INTO events VALUES (NULL, ?, 'network', ?, ?, ?, ?)");
  let previous = "0";
  for (const [time, snapshot, hash, data] of rows) {
    const own = hash ?? sha256([time, snapshot, previous, data].join("|"));
    insert.run(time, snapshot, data, own, previous);
    previous = own;
  }
  database.close();
}

test("the table of events is recomputed row by row", (t) => {
  const path = join(folder(t), "events.db");
  events(path, [
    ["2024-01-01", "s1", null, "{}"],
    ["2024-01-02", "s2", "0".repeat(64), "{}"],
    ["2024-01-03", "s3", null, 'an "odd" \u{1f600} one'],
  ]);
  const [first, second, third] = read(path);
  assert.deepEqual([first?.label, second?.label, third?.label], ["4-part ok", "bad", "4-part ok"]);
  assert.equal(first?.source, "events.db#1");
  assert.match(first?.original ?? "", /^\{"data":"\{\}","event_type":"network"/);
  const database = new DatabaseSync(path);
  database.exec("UPDATE events SET previous_hash = 'x' WHERE id = 3");
  database.close();
  assert.match(read(path)[2]!.notes.join("; "), /not the hash of the row before/);
});

test("what is no record, or no file, is refused with the reason", (t) => {
  const root = folder(t);
  const at = (name: string): string => join(root, name);
  for (const name of ["empty", "linked", "linked/timing"]) mkdirSync(at(name));
  symlinkSync("/etc/hostname", join(at("linked/timing"), `${FOUR}.json`));
  writeFileSync(at("large.json"), Buffer.alloc(1024 * 1024 + 1, 0x20));
  symlinkSync(at("large.json"), at("link.json"));
  const database = new DatabaseSync(at("view.db"));
  database.exec("CREATE VIEW events AS SELECT 1 AS id");
  database.close();
  const unfinished = new DatabaseSync(at("unfinished.db"));
  unfinished.exec("PRAGMA journal_mode = WAL; CREATE TABLE events (id)");
  t.after(() => unfinished.close());
  writeFileSync(at("broken.db"), "SQLite format 3\0 and then nothing of the kind");
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ["missing", "OPD5123", /there is nothing/],
    ["empty", "OPD5123", /no records/],
    ["linked", "OPD5123", /symbolic link/],
    ["link.json", "OPD5123", /symbolic link/],
    ["large.json", "OPD5124", /1048577 bytes/],
    ["view.db", "OPD5123", /no table events/],
    ["unfinished.db", "OPD5123", /-wal beside it holds changes/],
    ["broken.db", "OPD5123", /file is not a database|cannot be imported/],
  ];
  for (const [name, code, message] of cases) {
    assert.throws(
      () => read(at(name)),
      (error) => error instanceof OpError && error.code === code && message.test(error.message),
      name,
    );
  }
});

test("importing twice records once; entries are labelled and never called verified", async (t) => {
  const root = folder(t);
  mkdirSync(join(root, "timing"));
  for (let i = 0; i < 300; i++) {
    const timestamp = 1_700_000_000 + i;
    const hash = sha256(`test_plugin:create:${timestamp}:${DATA_HASH}`);
    writeFileSync(join(root, "timing", `${hash}.json`), footprint({ hash, timestamp }));
  }
  writeFileSync(join(root, "timing", `${"f".repeat(64)}.json`), footprint({ hash: "f" }));
  const audit = memoryAudit();
  const first = await importLegacy(audit, readLegacy(systemDisk, root));
  assert.deepEqual(first.labels, { "4-part ok": 300, "3-part ok (data unbound)": 0, bad: 1 });
  assert.deepEqual([first.records, first.skipped, audit.size], [301, 0, 301]);
  assert.equal(first.bad[0]?.source, `timing/${"f".repeat(64)}.json`);
  assert.equal(audit.latest()?.size, 301, "signed at the end");
  const again = await importLegacy(audit, readLegacy(systemDisk, root));
  assert.deepEqual([again.records, again.skipped, audit.size], [301, 301, 301]);
  for (const { value, bytes } of audit.entries(0)) {
    assert.equal(value["type"], "legacy");
    assert.equal(sha256(value["original"] as string), value["digest"]);
    assert.doesNotMatch(Buffer.from(bytes).toString(), /verified/);
  }
});
