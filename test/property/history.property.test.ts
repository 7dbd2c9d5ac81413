// The laws of history on random sequences of applies, some of which fail half way: what it says of the machine at each
// generation is what the machine was, blame names who set what is there, a difference is one of the machines, and the
// way back leads back.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../support/property.ts";
import { equalDoc, type DocValue, type Reading } from "../../src/plugin/plugin.ts";
import { parseAddress, type Address } from "../../src/state/address.ts";
import { blame, differenceOf, stateAt, wayTo, type Beliefs } from "../../src/state/history/history.ts";
import { isThere } from "../../src/state/history/beliefs.ts";
import { applied, contextOf, documentFrom, planned, pluginMap, type Spec } from "../support/state-case.ts";
import { diary, type Diary } from "../support/history-case.ts";
import { fakePlugin, type FakePlugin, type Machine, type Mishap } from "../support/fake-plugin.ts";

const RUNS = process.env["OP_DBUS_LONG"] === "1" ? 5_000 : 300;

const scalar: fc.Arbitrary<DocValue> = fc.oneof(
  fc.constantFrom("a", "b", ""),
  fc.integer({ min: 0, max: 3 }),
  fc.bigInt(2n ** 60n, 2n ** 60n + 2n),
);
const names = fc.uniqueArray(fc.constantFrom("a", "b", "a.b"), { maxLength: 3 });
const record = (value: fc.Arbitrary<DocValue>): fc.Arbitrary<DocValue> =>
  fc
    .dictionary(fc.constantFrom("A", "B"), value, { maxKeys: 2 })
    .map((table) => ({ __proto__: null, ...table }) as unknown as DocValue);
const keys = fc.constantFrom("red", "blue", 'na"me', "a b.c");
const thing = fc.record({ size: scalar, color: scalar, tags: names }, { requiredKeys: [] });
const thingWish = fc.oneof(
  thing,
  fc.constant({ ensure: "removed" }),
  thing.map((fields) => ({ ...fields, ensure: "latest" })),
);
const wish = fc.record({
  self: fc.record(
    { StaticHostname: scalar, Tags: names, Order: names, Env: record(fc.oneof(scalar, fc.constant(null))) },
    { requiredKeys: [] },
  ),
  things: fc.dictionary(keys, thingWish, { maxKeys: 3 }),
});
const start = fc.record({
  self: fc.record({ StaticHostname: scalar, Tags: names, Env: record(scalar) }, { requiredKeys: [] }),
  things: fc.dictionary(keys, thing, { maxKeys: 3 }),
});
const mishap = fc.constantFrom<Mishap>("refused", "silent", "lost", "half", "ignored");
const mishaps = fc.array(fc.tuple(fc.nat(30), mishap), { maxLength: 4 }).map((list) => new Map(list));
const story = fc.record({
  start,
  wishes: fc.array(wish, { minLength: 1, maxLength: 7 }),
  forth: mishaps,
  back: mishaps,
});
type Story = typeof story extends fc.Arbitrary<infer T> ? T : never;

/** Plays a story: the machine at its end, and its diary. */
async function play({
  start: now,
  wishes,
  forth,
  back,
}: Story): Promise<{ plugin: FakePlugin; diary: Diary }> {
  const plugin = fakePlugin({
    self: now.self as Record<string, DocValue>,
    things: now.things as Record<string, Record<string, DocValue>>,
    applyMishaps: forth,
    undoMishaps: back,
    // Creating red brings something along that nobody named.
    change: (action) =>
      action.verb === "create" && action.key === "red" && !plugin.machine.things.has("brought")
        ? { ...action, also: [{ verb: "create", resource: "things", key: "brought", about: "1.0" }] }
        : action,
  });
  const written = diary(plugin);
  for (const { self, things } of wishes)
    await written.apply({ fake: { ...self, things } } as unknown as Spec);
  return { plugin, diary: written };
}

async function check(
  law: (played: { plugin: FakePlugin; diary: Diary }) => Promise<void> | void,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(story, async (told) => law(await play(told))),
    { numRuns: RUNS },
  );
}

/** What a machine has at an address; of an item whether it is there. undefined = a field of nothing. */
function valueAt({ self, things }: Machine, { resource, key, field }: Address): DocValue | undefined {
  const owner = resource === null ? self : things.get(key ?? "");
  if (field === null) return owner !== undefined;
  return owner === undefined ? undefined : (owner.get(field) ?? null);
}

/** Every belief that is one, as addresses with values; null = known to be absent. */
function* believed({ owners }: Beliefs): Generator<readonly [Address, DocValue]> {
  for (const owner of owners.values()) {
    if (owner.place.key !== null && owner.there !== null) yield [owner.place, owner.there];
    if (owner.place.key !== null && !isThere(owner)) continue;
    for (const [field, value] of owner.fields)
      if ("known" in value) yield [{ ...owner.place, field }, value.known];
  }
}

function known(value: Reading): DocValue | undefined {
  return "known" in value ? value.known : undefined;
}

let believedTotal = 0;

test("what is believed of each generation is what the machine was", async () => {
  await check(({ diary: { past, machines } }) => {
    for (const [number, machine] of machines.entries()) {
      const state = stateAt(past, number);
      for (const [place, value] of believed(state)) {
        believedTotal += 1;
        assert.deepEqual(valueAt(machine, place), value, `@${number} ${JSON.stringify(place)}`);
      }
    }
  });
  assert.ok(believedTotal > 5 * RUNS, `only ${believedTotal} values were believed`);
});

test("every address that a generation wrote is known at that generation and the one before it", async () => {
  await check(({ diary: { past, machines } }) => {
    for (const row of blame(past, [])) {
      const { number, end } = row.generation;
      // What went wrong beside the actions was not looked at before.
      if (end.end === "left") continue;
      for (const at of [number - 1, number]) {
        const { owners } = stateAt(past, at);
        const { field, ...place } = parseAddress(row.address);
        const owner =
          owners.get(row.address) ?? [...owners.values()].find(({ place: p }) => sameOwner(p, place));
        assert.ok(owner !== undefined, row.address);
        if (field === null) assert.equal(isThere(owner), valueAt(machines[at]!, { ...place, field }));
        else if (isThere(owner) || place.key === null)
          assert.ok(owner.fields.has(field), `@${at} ${row.address}`);
      }
    }
  });
});

function sameOwner(a: Address, b: Omit<Address, "field">): boolean {
  return a.plugin === b.plugin && a.resource === b.resource && a.key === b.key;
}

test("blame names the generation that made a value what it is, from what it was", async () => {
  await check(({ diary: { past, machines } }) => {
    for (const { address, before, after, generation, outside } of blame(past, [])) {
      const place = parseAddress(address);
      const at = (number: number): DocValue | undefined => {
        const value = valueAt(machines[number]!, place);
        return place.field === null ? value || null : (value ?? null);
      };
      const is = known(after);
      assert.equal(outside, null, "nobody else was there");
      if (is !== undefined)
        for (let number = generation.number; number < machines.length; number++)
          assert.deepEqual(at(number), is, `@${number} ${address}`);
      const was = known(before);
      if (was !== undefined) assert.deepEqual(at(generation.number - 1), was, address);
    }
  });
});

test("a difference of two generations is one of their machines, and none is left out", async () => {
  await check(({ diary: { past, machines } }) => {
    const last = machines.length - 1;
    for (const [a, b] of [
      [0, last],
      [last, 0],
      [Math.floor(last / 2), last],
    ] as const) {
      const rows = new Map(
        [...differenceOf(stateAt(past, a), stateAt(past, b))].map((row) => [row.address, row]),
      );
      for (const { address, verb, before, after } of rows.values()) {
        const place = parseAddress(address);
        const [was, is] = [valueAt(machines[a]!, place), valueAt(machines[b]!, place)];
        if (place.field !== null) assert.deepEqual([was ?? null, is ?? null], [before, after], address);
        else assert.deepEqual([was, is, verb], [before !== null, after !== null, verb]);
        assert.notDeepEqual(was, is, address);
      }
      const then = new Map(
        [...believed(stateAt(past, a))].map(([place, value]) => [JSON.stringify(place), value]),
      );
      for (const [place, value] of believed(stateAt(past, b))) {
        const was = then.get(JSON.stringify(place));
        if (was === undefined || JSON.stringify(plain(was)) === JSON.stringify(plain(value))) continue;
        const owner = { ...place, field: null };
        const isSaid = [...rows.values()].some(({ address }) => {
          const said = parseAddress(address);
          return sameOwner(said, owner) && (said.field === null || said.field === place.field);
        });
        assert.ok(isSaid, JSON.stringify(place));
      }
    }
  });
});

/** Tables with their keys in order, and exact integers as text: to compare what JSON can write. */
function plain(value: DocValue): unknown {
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, plain(inner)]),
  );
}

test("the way back leads back, but for what it says it cannot", async () => {
  await check(async ({ plugin, diary: { past, machines } }) => {
    plugin.options = {};
    const plugins = pluginMap(plugin);
    const schemas = new Map([["fake", await plugin.schema(contextOf()(plugin))]]);
    const number = Math.floor(machines.length / 2);
    const then = stateAt(past, number);
    const back = wayTo(then, stateAt(past, Infinity), schemas);
    const made = await planned(await documentFrom(back.text, plugins), plugins);
    const { report } = await applied(made, plugins);
    assert.ok(report.end === "done" || report.end === "unchanged", report.end);
    const unsaid = new Set(back.unsaid.map(({ address }) => JSON.stringify(parseAddress(address))));
    for (const [name, { fields, whole }] of then.later) {
      const owner = then.owners.get(name)!;
      if (unsaid.has(JSON.stringify(owner.place))) continue;
      const there = valueAt(plugin.machine, owner.place);
      if (whole) assert.equal(there, isThere(owner), name);
      for (const field of there === true ? fields : []) {
        const place = { ...owner.place, field };
        const value = owner.fields.get(field);
        if (unsaid.has(JSON.stringify(place)) || value === undefined) continue;
        const kind = field === "Tags" || field === "tags" ? "set" : "value";
        const is = valueAt(plugin.machine, place) ?? null;
        const was = known(value) ?? null;
        assert.ok(equalDoc(was, is, kind), `${JSON.stringify([place, plain(was), plain(is)])}`);
      }
    }
  });
});
