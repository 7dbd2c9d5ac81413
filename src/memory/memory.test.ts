import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openScratch, plainConcept, scratchFolder } from "../../test/support/memory-case.ts";
import { OpError } from "../base/error.ts";
import { hexOf, learnTexts, type Memory, type OwnSpace } from "./memory.ts";

const LEARNED = { strength: 1, confidence: 1, embed: true, associations: null };

/** Of one graph, and of four shards: it is the same from outside. */
function everywhere(name: string, work: (shards: number) => Promise<void>): void {
  for (const shards of [1, 4])
    test(`${name} (${shards === 1 ? "one graph" : `${shards} shards`})`, () => work(shards));
}

async function within<T>(folder: string, shards: number, work: (memory: Memory) => Promise<T>): Promise<T> {
  const memory = await openScratch(folder, { shards });
  try {
    return await work(memory);
  } finally {
    await memory.close();
  }
}
const refusal = (code: string) => (error: unknown) => error instanceof OpError && error.code === code;
const contents = async (space: OwnSpace, query: string): Promise<string[]> =>
  (await space.search(query, { limit: 10 })).map(({ id }) => Buffer.from(space.get(id)!.content).toString());

everywhere("what was written is found at once, and after the next start", async (shards) => {
  const folder = scratchFolder();
  await within(folder, shards, async (memory) => {
    const space = await memory.space("default");
    await learnTexts(space, ["Nginx was restarted.", "The lamp is on."], LEARNED);
    assert.deepEqual(await contents(space, "restarting"), ["Nginx was restarted."]);
    assert.deepEqual(await contents(space, "ngnix was restartd"), ["Nginx was restarted."]);
  });
  await within(folder, shards, async (memory) => {
    const space = (await memory.find("default"))!;
    assert.deepEqual(space.rebuilt, []);
    assert.equal(space.stats().vectors, 2);
    assert.deepEqual(await contents(space, "lamps"), ["The lamp is on."]);
    assert.deepEqual((await space.check()).findings, []);
  });
});

test("names of namespaces", async () => {
  const folder = scratchFolder();
  await within(folder, 1, async (memory) => {
    for (const name of ["", "Shop", "a/b", "..", "a".repeat(65), "lock"])
      await assert.rejects(memory.space(name), refusal("OPD4009"), name);
    await assert.rejects(memory.space("_own"), refusal("OPD4009"));
    assert.equal(await memory.find("shop"), null);
    assert.deepEqual(memory.namespaces(), ["default"], "who reads makes none");
    await memory.space("shop");
    assert.deepEqual(memory.namespaces(), ["default", "shop"]);
  });
});

everywhere("namespaces know nothing of each other", (shards) =>
  within(scratchFolder(), shards, async (memory) => {
    const [one, other] = [await memory.space("one"), await memory.space("other")];
    await one.learn(plainConcept(1, "a secret of one"));
    assert.equal(other.get(plainConcept(1, "").id), null);
    assert.deepEqual(await other.searchText("secret", { limit: 5 }), []);
  }),
);

test("a second process is told who has it", async () => {
  const folder = scratchFolder();
  await within(folder, 1, async () => {
    await assert.rejects(openScratch(folder), refusal("OPD4008"));
  });
  await within(folder, 1, async () => undefined);
});

everywhere("what was acknowledged is there after the process was killed", async (shards) => {
  const folder = scratchFolder();
  const program = `
    import { openScratch, plainConcept } from ${JSON.stringify(join(import.meta.dirname, "../../test/support/memory-case.ts"))};
    const space = await (await openScratch(${JSON.stringify(folder)}, { shards: ${shards} })).space("default");
    for (let n = 1; n <= 20; n++) await space.learn(plainConcept(n, "number " + n));
    process.kill(process.pid, "SIGKILL");
  `;
  const { signal, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
    encoding: "utf8",
  });
  assert.equal(signal, "SIGKILL", stderr);
  await within(folder, shards, async (memory) => {
    const space = await memory.space("default");
    assert.equal(space.stats().concepts, 20);
    assert.equal((await space.searchText("number", { limit: 100 })).length, 20);
  });
});

everywhere(
  "vectors that are brought take the place of those made here, whatever their dimension",
  async (shards) => {
    for (const dimension of [3, 384]) {
      const folder = scratchFolder();
      const given = Array.from({ length: dimension }, (_, n) => (n === 0 ? 1 : 0));
      await within(folder, shards, async (memory) => {
        const space = await memory.space("default");
        const [made] = await learnTexts(space, ["words of a text"], LEARNED);
        assert.equal(space.stats().vectors, 1);
        await space.learn(plainConcept(7, "brought", given));
        assert.deepEqual(
          (await space.searchVector(Float32Array.from(given), { limit: 5 })).map(({ id }) => hexOf(id)),
          [hexOf(plainConcept(7, "").id)],
        );
        assert.equal(space.get(made!)!.vector, null, "it can be made again");
        await learnTexts(space, ["another text"], LEARNED);
        assert.equal(space.stats().vectors, 1, "and is not made beside them");
      });
      await within(folder, shards, async (memory) => {
        const space = await memory.space("default");
        assert.equal(space.vectorsOf, "given");
        assert.deepEqual((await space.check()).findings, []);
      });
    }
  },
);

test("a check finds a changed byte, and an index that does not agree", async () => {
  const folder = scratchFolder();
  const memory = await openScratch(folder);
  try {
    const space = await memory.space("default");
    await learnTexts(space, ["Nginx was restarted.", "The lamp is on."], LEARNED);
    await memory.flush();
    assert.deepEqual((await space.check()).findings, []);
    const checkpoint = join(folder, "@memory/default/checkpoint-0");
    const file = readdirSync(checkpoint).includes("bodies") ? checkpoint : checkpoint.replace(/0$/, "1");
    const bytes = readFileSync(join(file, "bodies"));
    bytes[20]! ^= 1;
    writeFileSync(join(file, "bodies"), bytes);
    const { findings } = await space.check();
    assert.deepEqual(findings, ["checkpoint: bodies does not have its checksum"]);
  } finally {
    await memory.close();
  }
});

everywhere("clear empties it, and vectors of any maker may follow", (shards) =>
  within(scratchFolder(), shards, async (memory) => {
    const space = await memory.space("default");
    await space.learn(plainConcept(7, "brought", [1, 0, 0]));
    await space.clear();
    assert.equal(space.vectorsOf, null);
    await learnTexts(space, ["words of a text"], LEARNED);
    assert.deepEqual([space.stats().concepts, space.stats().vectors >= 0], [1, true]);
    assert.deepEqual(await contents(space, "words"), ["words of a text"]);
  }),
);

everywhere("what the memory tells of itself is kept beside, and not written by others", async (shards) => {
  const folder = scratchFolder();
  const memory = await openScratch(folder, { monitored: true, shards });
  try {
    const space = await memory.space("default");
    await learnTexts(space, ["Nginx was restarted."], LEARNED);
    await space.searchText("nginx", { limit: 1 });
    await memory.flush();
    const events = (await memory.find("_events"))!;
    assert.ok(events.stats().concepts > 0);
    assert.deepEqual(memory.alerts(), []);
  } finally {
    await memory.close();
  }
});
