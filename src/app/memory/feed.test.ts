// The memory behind the audit log: what an apply becomes, that nothing is taken twice or by half, and what is never taken.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openScratch, scratchFolder } from "../../../test/support/memory-case.ts";
import { LIMITS } from "../../base/limits.ts";
import type { PlainTable } from "../../base/text/text.ts";
import { hexOf, type Memory } from "../../memory/memory.ts";
import { APPLIES, AUDIT_NAMESPACE, feed, type Followed } from "./feed.ts";

function logOf(values: readonly PlainTable[]): Followed {
  return {
    get size() {
      return values.length;
    },
    refresh: async () => undefined,
    *entries(from, to = values.length) {
      for (let index = from; index < to; index++) yield { index, value: values[index]! };
    },
  };
}
const begin = (apply: string): PlainTable => ({
  type: "begin",
  apply,
  purpose: "apply",
  actor: { user: "anna" },
  started: "2026-05-01T08:00:00Z",
  documents: [{ file: "web.toml", format: "toml", digest: "", text: null }],
});
const action = (apply: string, address: string, more: PlainTable = {}): PlainTable => ({
  type: "action",
  apply,
  address,
  verb: "update",
  before: "old",
  after: "new",
  secret: false,
  outcome: "done",
  ...more,
});
const end = (apply: string, how = "done"): PlainTable => ({ type: "end", apply, end: how });

async function inMemory(work: (memory: Memory) => Promise<void>): Promise<void> {
  const memory = await openScratch(scratchFolder());
  try {
    await work(memory);
  } finally {
    await memory.close();
  }
}

test("an apply is found by what it changed, with who and when", () =>
  inMemory(async (memory) => {
    const space = await memory.space(AUDIT_NAMESPACE);
    const values = [
      { type: "key", vkey: "x" },
      begin("a1"),
      action("a1", "systemd1:nginx.service.Enabled"),
      action("a1", "hostname1:StaticHostname", { secret: true, before: null, after: { digest: "d1e5" } }),
      end("a1"),
    ];
    assert.equal(await feed(space, logOf(values)), 0);
    const [hit] = await space.search("nginx", { limit: 1, filter: APPLIES });
    const found = space.get(hit!.id)!;
    assert.equal(
      Buffer.from(found.content).toString(),
      [
        "apply a1 by anna from web.toml: done",
        'systemd1:nginx.service.Enabled update "old" -> "new" done',
        "hostname1:StaticHostname update a secret done",
      ].join("\n"),
    );
    assert.equal(found.createdUs, Date.parse("2026-05-01T08:00:00Z") * 1000);
    assert.equal(found.attributes.get("concept_type"), "AuditLog");
    const neighbours = space
      .neighbours(found.id, "out")
      .map(({ target, type }) => [Buffer.from(space.get(target)!.content).toString(), type]);
    assert.deepEqual(
      neighbours.toSorted((a, b) => String(a[0]).localeCompare(String(b[0]))),
      [
        ["hostname1:StaticHostname", 41],
        ["systemd1:nginx.service.Enabled", 41],
        ["user anna", 40],
      ],
    );
    assert.deepEqual(await space.search("d1e5", { limit: 5 }), [], "a digest of a secret is not taken");
  }));

test("entries are read once, and all again after a clear", () =>
  inMemory(async (memory) => {
    const space = await memory.space(AUDIT_NAMESPACE);
    const values = [begin("a1"), action("a1", "x:A"), end("a1")];
    let read = 0;
    const log: Followed = { ...logOf(values), size: values.length };
    const counted: Followed = {
      ...log,
      *entries(from, to) {
        for (const entry of log.entries(from, to)) {
          read++;
          yield entry;
        }
      },
    };
    await feed(space, counted);
    const ids = space.list(null, 100).map(hexOf);
    await feed(space, counted);
    assert.equal(read, 3);
    await space.clear();
    await feed(space, counted);
    assert.equal(read, 6);
    assert.deepEqual(space.list(null, 100).map(hexOf).toSorted(), ids.toSorted());
  }));

test("a turn is bounded, and takes no apply by half", () =>
  inMemory(async (memory) => {
    const space = await memory.space(AUDIT_NAMESPACE);
    const many = Array.from({ length: LIMITS.memoryFeedEntriesMax }, (_, n) => action("a2", `x:${n}`));
    const values = [
      begin("a1"),
      action("a1", "x:A"),
      end("a1"),
      begin("a2"),
      ...many,
      end("a2"),
      begin("a3"),
      end("a3"),
    ];
    assert.equal(await feed(space, logOf(values)), 2);
    assert.match(contentOf(await space.search("a2", { limit: 1, filter: APPLIES })), /and 300 more$/);
    assert.equal(await feed(space, logOf(values)), 0);
    assert.match(contentOf(await space.search("a3", { limit: 1, filter: APPLIES })), /^apply a3/);
    function contentOf([hit]: Awaited<ReturnType<typeof space.search>>): string {
      return Buffer.from(space.get(hit!.id)!.content).toString();
    }
  }));

test("an apply without its end waits for it; a log that was replaced is read from its beginning", () =>
  inMemory(async (memory) => {
    const space = await memory.space(AUDIT_NAMESPACE);
    const values: PlainTable[] = [begin("a1"), action("a1", "x:Lamp")];
    await feed(space, logOf(values));
    assert.deepEqual(await space.search("Lamp", { limit: 5 }), []);
    values.push(end("a1", "restored"));
    await feed(space, logOf(values));
    assert.equal((await space.search("Lamp", { limit: 5 })).length, 2);
    await feed(space, logOf([begin("b1"), end("b1")]));
    assert.equal((await space.search("b1", { limit: 5 })).length, 1);
  }));

test("entries that somebody else wrote are taken for what they are", () =>
  inMemory(async (memory) => {
    const space = await memory.space(AUDIT_NAMESPACE);
    const strange: PlainTable[] = [
      { type: "begin", apply: "s1", actor: "nobody", documents: 7, started: "never" },
      { type: "action", apply: "s1", address: null, before: "\u001b[31m" },
      { type: "end", apply: "s1" },
      { type: "end", apply: "s9" },
      {},
    ];
    assert.equal(await feed(space, logOf(strange)), 0);
    assert.equal((await space.search("s1", { limit: 5 })).length, 1);
  }));
