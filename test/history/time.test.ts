// Fifty applies, some of which fail and are put back or left half way, by the real program on an embedded bus. After each
// one an independent client reads the service; what history says later must agree with what that client saw.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { connect, type Connection } from "../../src/host/dbus/dbus.ts";
import { ends, openStage, wishes, type Stage } from "../scenario/stage.ts";

const LONG = process.env["OP_DBUS_LONG"] === "1";
const APPLIES = 50;
/** Generations that are asked for one by one: each costs a process. */
const ASKED = LONG ? APPLIES : 12;
const BACK = LONG ? 12 : 4;
const SEED = 0x5eed;

/** What an independent client sees, in the words of a document. */
interface Seen {
  readonly Title: string;
  readonly Note: string;
  readonly Quiet: string;
  readonly Level: string;
  readonly boxes: Readonly<Record<string, { readonly colour: string }>>;
}

let stage: Stage;
let client: Connection;
/** The machine after generation 0, 1, 2, ... */
const seen: Seen[] = [];
const ended: string[] = [];

/** The program, compiled once for all its runs. */
function op(args: readonly string[]): ReturnType<Stage["op"]> {
  return stage.op(args, { env: { NODE_COMPILE_CACHE: `${stage.directory}/compiled` } });
}

/** Numbers from 0 to below `n`, the same in every run. */
function dice(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

async function look(): Promise<Seen> {
  const place = { destination: "org.opdbus.Test1", path: "/org/opdbus/Test1" };
  const all = await client.call({
    ...place,
    interface: "org.freedesktop.DBus.Properties",
    member: "GetAll",
    signature: "s",
    body: ["org.opdbus.Test1"],
  });
  const listed = await client.call({ ...place, interface: "org.opdbus.Test1", member: "ListBoxes" });
  const values = all.body[0] as Readonly<Record<string, { readonly value: unknown }>>;
  const text = (name: string): string => String(values[name]!.value);
  return {
    Title: text("Title"),
    Note: text("Note"),
    Quiet: text("Quiet"),
    Level: ["low", "middle", "high"][Number(values["Level"]!.value)]!,
    boxes: Object.fromEntries(
      (listed.body[0] as [string, string][]).map(([name, colour]) => [name, { colour }]),
    ),
  };
}

/** What this apply wishes: never what is there already, so that every one of them is a generation. */
function wishOf(roll: (n: number) => number, now: Seen, number: number): object {
  const wish: Record<string, unknown> = { Title: `title ${number}` };
  if (roll(2) === 0) wish["Note"] = `note ${roll(3)}`;
  if (roll(3) === 0) wish["Quiet"] = `quiet ${roll(3)}`;
  if (roll(2) === 0) wish["Level"] = ["low", "middle", "high"][roll(3)];
  const boxes: Record<string, object> = {};
  for (const name of ["red", "blue", "a b.c"]) {
    if (roll(3) === 0) continue;
    const isThere = name in now.boxes;
    boxes[name] =
      isThere && roll(3) === 0 ? { ensure: "removed" } : { colour: ["red", "grey", "ü"][roll(3)]! };
  }
  return { ...wish, boxes };
}

before(async () => {
  const roll = dice(SEED);
  stage = await openStage();
  client = await connect({ address: stage.bus.address });
  seen.push(await look());
  for (let number = 1; number <= APPLIES; number++) {
    const fate = roll(6);
    if (fate === 0) stage.service.faults.arm("SetTitle", "error", { times: 1 });
    // The title is set, the way back from it is refused.
    if (fate === 1) {
      stage.service.faults.arm("SetNote", "error", { times: 1 });
      stage.service.faults.arm("SetTitle", "error", { skip: 1, times: 1 });
    }
    const wish = wishOf(roll, seen.at(-1)!, number);
    const file = stage.file(
      `apply ${number}.json`,
      wishes(fate === 1 ? { ...wish, Note: `refused ${number}` } : wish),
    );
    const { status, stdout, stderr } = await op(["apply", "--auto-approve", file]);
    assert.equal(status, fate === 0 ? 3 : fate === 1 ? 4 : 0, `apply ${number}\n${stdout}${stderr}`);
    stage.service.faults.disarm();
    ended.push(fate === 0 ? "restored" : fate === 1 ? "left" : "done");
    seen.push(await look());
  }
});

after(async () => {
  await client.close();
  await stage[Symbol.asyncDispose]();
});

async function asked<T>(...args: string[]): Promise<T> {
  return JSON.parse(ends(await op([...args, "--json"]), 0).stdout) as T;
}

/** The numbers 0 to `APPLIES`, or evenly spread ones of them, the first and last among them. */
function sample(count: number): number[] {
  const step = APPLIES / (Math.min(count, APPLIES) - 1);
  return [...new Set(Array.from({ length: count }, (_, i) => Math.min(APPLIES, Math.round(i * step))))];
}

interface ListedGeneration {
  readonly number: number;
  readonly time: string;
  readonly end: string;
  readonly documents: readonly string[];
}

test("history lists every apply with its end, newest first", async () => {
  const { total, entries } = await asked<{ total: number; entries: ListedGeneration[] }>(
    "history",
    "--limit",
    "60",
  );
  assert.equal(total, APPLIES);
  assert.deepEqual(
    entries.map(({ number, end }) => [number, end]),
    ended.map((end, i) => [i + 1, end]).toReversed(),
  );
  for (const { number, documents } of entries)
    assert.deepEqual(documents, [`${stage.directory}/apply ${number}.json`]);
});

interface QueryReply {
  readonly plugins: { readonly test1?: Partial<Seen> };
  readonly _unknown?: readonly { readonly address: string }[];
}

test(`query --at agrees with what the client saw (${ASKED} of ${APPLIES + 1} generations, seed ${SEED})`, async () => {
  const { entries } = await asked<{ entries: ListedGeneration[] }>("history", "--limit", "60");
  const timeOf = new Map(entries.map(({ number, time }) => [number, time]));
  for (const number of sample(ASKED)) {
    const { plugins, _unknown } = await asked<QueryReply>("query", "test1", "--at", `@${number}`);
    assert.deepEqual({ boxes: {}, ...plugins.test1 }, seen[number], `@${number}`);
    assert.equal(_unknown, undefined);
    if (number === 0) continue;
    const byTime = await asked<QueryReply>("show", "--at", timeOf.get(number)!, "test1");
    assert.deepEqual({ boxes: {}, ...byTime.plugins.test1 }, seen[number], timeOf.get(number));
  }
});

interface BlameReply {
  readonly rows: readonly {
    readonly address: string;
    readonly before: unknown;
    readonly after: unknown;
    readonly generation: { readonly number: number };
    readonly outside: object | null;
    readonly now: { readonly found: unknown } | null;
  }[];
}

/** A value of the machine by its address; of a box whether it is there. */
function valueAt(machine: Seen, address: string): unknown {
  const [, box, colour] = /^test1:boxes\/("[^"]*"|[^."]*)(\.colour)?$/.exec(address) ?? [];
  if (box === undefined) return machine[address.slice("test1:".length) as "Title"];
  const found = machine.boxes[box.replaceAll('"', "")];
  if (colour === undefined) return found !== undefined || null;
  return found?.colour ?? null;
}

test("blame names the generation in which the client saw each value change last", async () => {
  const { rows } = await asked<BlameReply>("blame", "test1");
  assert.ok(rows.length >= 6, `only ${rows.length} values were blamed`);
  for (const { address, before: was, after: is, generation, outside, now } of rows) {
    const values = seen.map((machine) => valueAt(machine, address));
    const changed = values.findLastIndex((value, i) => i > 0 && value !== values[i - 1]);
    assert.equal(generation.number, changed, address);
    assert.deepEqual([was, is], [values[changed - 1], values[changed]], address);
    assert.deepEqual([outside, now], [null, null], address);
  }
});

test("blame says that somebody else has changed a value since", async () => {
  await stage.service.say("quiet", "by hand");
  const { rows } = await asked<BlameReply>("blame", "test1:Quiet");
  assert.deepEqual(rows[0]?.now, { found: "by hand" });
  await stage.service.say("quiet", seen[APPLIES]!.Quiet);
});

test("a difference of two generations is that of what the client saw", async () => {
  for (const [from, to] of [
    [0, APPLIES],
    [APPLIES, 7],
    [20, 21],
  ] as const) {
    const { differences } = await asked<{
      differences: { address: string; before: unknown; after: unknown }[];
    }>("diff", `@${from}`, `@${to}`);
    const [then, now] = [seen[from]!, seen[to]!];
    const expected = new Set<string>();
    for (const field of ["Title", "Note", "Quiet", "Level"] as const)
      if (then[field] !== now[field]) expected.add(`test1:${field}`);
    for (const box of new Set([...Object.keys(then.boxes), ...Object.keys(now.boxes)])) {
      const name = `test1:boxes/${box === "a b.c" ? `"${box}"` : box}`;
      const [was, is] = [then.boxes[box]?.colour, now.boxes[box]?.colour];
      if (was !== is) expected.add(was === undefined || is === undefined ? name : `${name}.colour`);
    }
    assert.deepEqual(new Set(differences.map(({ address }) => address)), expected, `@${from} @${to}`);
  }
});

test(`rollback --to leads to what the client saw (${BACK} generations), and is itself a generation`, async () => {
  for (const number of sample(BACK).toReversed()) {
    ends(await op(["rollback", "--to", String(number), "--auto-approve"]), 0);
    assert.deepEqual(await look(), seen[number], `@${number}`);
    const [newest] = (await asked<{ entries: readonly object[] }>("history", "--limit", "1")).entries;
    if (number !== APPLIES)
      assert.partialDeepStrictEqual(newest, { purpose: "rollback", of: `@${number}`, end: "done" });
  }
});

test("a generation stands where a file does: plan, diff and verify of it, apply, and what is not there", async () => {
  const number = ended.lastIndexOf("done") + 1;
  ends(await op(["apply", `@${number}`, "--auto-approve"]), 0);
  assert.match(ends(await op(["plan", `@${number}`]), 0).stdout, /^No changes/);
  ends(await op(["verify", `@${number}`]), 0);
  assert.match(ends(await op(["diff", `@${number}`]), 0).stdout, /^No differences/);
  const { entries } = await asked<{ entries: ListedGeneration[] }>("history", "--limit", "1");
  assert.deepEqual(entries[0]?.documents, [`@${number} ${stage.directory}/apply ${number}.json`]);
  for (const [args, code] of [
    [["plan", "@999"], "OPD2150"],
    [["plan", "@0"], "OPD2152"],
    [["rollback", "--to", "999"], "OPD2150"],
    [["query", "--at", "@999"], "OPD2150"],
    [["query", "--at", "tomorrow"], "OPD2151"],
    [["history", "show", "0"], "OPD2150"],
  ] as const)
    assert.match(ends(await op(args), 65).stderr, new RegExp(code));
});
