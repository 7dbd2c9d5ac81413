// The calls of the public Python client, as they were recorded from it (recorded.test.ts), against a memory that remembers: what
// it is told in one call it gives back in another, in the order in which that client's own examples go.

import { decode } from "@msgpack/msgpack";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { memoryDoor } from "../../src/app/memory/answer.ts";
import { hexOf, idOfContent, type Memory } from "../../src/memory/memory.ts";
import { ID, OTHER } from "../support/fake-memory.ts";
import { openScratch, scratchFolder } from "../support/memory-case.ts";
import { opened, raw, framed, type Opened, type Raw } from "./raw.ts";

interface Call {
  readonly call: string;
  readonly arguments: readonly unknown[];
  readonly request: string;
}
const calls = JSON.parse(
  readFileSync(join(import.meta.dirname, "../fixtures/memory-wire-python.json"), "utf8"),
) as readonly Call[];

const folder = scratchFolder();
let memory: Memory;
let door: Opened;
let client: Raw;
before(async () => {
  memory = await openScratch(folder);
  door = await opened(
    {},
    {},
    undefined,
    memoryDoor(() => Promise.resolve(memory)),
  );
  client = await raw(door.port);
});
after(async () => {
  client.socket.destroy();
  await door.server.close();
  await memory.close();
});

type Reply = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
async function ask(message: unknown): Promise<Reply> {
  client.socket.write(framed(message));
  return decode((await client.frame())!) as Reply;
}
/** As it was recorded: the `nth` call of that name. */
async function recorded(call: string, nth = 0): Promise<Reply> {
  const one = calls.filter((each) => each.call === call)[nth]!;
  client.socket.write(Buffer.from(one.request, "hex"));
  return decode((await client.frame())!) as Reply;
}
const idOf = (content: string): string => hexOf(idOfContent(Buffer.from(content)));
const learn = (id: string, content: string) =>
  ask({ LearnConcept: { concept_id: id, content, embedding: [], strength: 1, confidence: 1 } });
/** The number in the list that the client reads. */
const sequenceOf = (reply: Reply, name: string): number => (reply[name] as unknown as [number])[0];

test("learn_concept_v2, learn_batch_v2", async () => {
  assert.deepEqual(await recorded("learn_concept_v2"), {
    LearnConceptV2Ok: { concept_id: idOf("aspirin thins the blood") },
  });
  assert.deepEqual(await recorded("learn_batch_v2"), {
    LearnBatchOk: { concept_ids: [idOf("one"), idOf("two")] },
  });
});

test("an association wants both its ends", async () => {
  const { Error: error } = await recorded("learn_association");
  assert.equal(error!["code"], "OPD4002");
});

test("learn_concept, and what is not there", async () => {
  const absent = { found: false, concept_id: "", content: "", strength: 0, confidence: 0, attributes: {} };
  assert.deepEqual(await recorded("query_concept"), { QueryConceptOk: absent });
  assert.ok(sequenceOf(await recorded("learn_concept"), "LearnConceptOk") > 0);
  const there = {
    found: true,
    concept_id: ID,
    content: "aspirin",
    strength: 1,
    confidence: 1,
    attributes: {},
  };
  for (const call of ["query_concept", "contains", "get_concept"])
    assert.deepEqual(await recorded(call), { QueryConceptOk: there });
  assert.deepEqual(await recorded("query_concept", 1), { QueryConceptOk: absent });
});

test("learn_association, get_neighbors, get_association, find_path", async () => {
  await learn(OTHER, "the blood is thinned because of aspirin since 2024");
  assert.ok(sequenceOf(await recorded("learn_association"), "LearnAssociationOk") > 0);
  assert.deepEqual(await recorded("get_neighbors"), { GetNeighborsOk: { neighbor_ids: [OTHER] } });
  assert.deepEqual(await recorded("get_association"), {
    GetAssociationOk: { found: true, source_id: ID, target_id: OTHER, assoc_type: 1, confidence: 0.5 },
  });
  assert.deepEqual(await recorded("find_path"), { FindPathOk: { found: true, path: [ID, OTHER] } });
});

test("get_all_concept_ids", async () => {
  const reply = await recorded("get_all_concept_ids");
  const ids = reply["GetAllConceptIdsOk"]!["concept_ids"] as readonly string[];
  for (const id of [ID, OTHER, idOf("one")]) assert.ok(ids.includes(id));
});

test("vector_search finds what the client brought, though texts were learned before it", async () => {
  const reply = await recorded("vector_search");
  const [[id]] = reply["VectorSearchOk"]!["results"] as [[string, number]];
  assert.equal(id, ID);
});

test("chains, contradictions and what texts say", async () => {
  const paths = (reply: Reply, name: string) =>
    (reply[name]!["paths"] as readonly { readonly concepts: readonly string[] }[]).map(
      ({ concepts }) => concepts,
    );
  assert.deepEqual(paths(await recorded("find_path_semantic"), "FindPathSemanticOk"), [[ID, OTHER]]);
  assert.deepEqual(paths(await recorded("find_causal_chain"), "FindCausalChainOk"), [[ID, OTHER]]);
  assert.deepEqual(paths(await recorded("find_temporal_chain"), "FindTemporalChainOk"), []);
  await learn(ID, "aspirin was taken in March 2024");
  await learn(OTHER, "the blood was thin in July 2024");
  assert.deepEqual(paths(await recorded("find_temporal_chain"), "FindTemporalChainOk"), [[ID, OTHER]]);
  assert.deepEqual(await recorded("find_contradictions"), { FindContradictionsOk: { contradictions: [] } });
  await learn(ID, "The server must restart the network service every night.");
  await learn(OTHER, "The server must not restart the network service every night.");
  const { FindContradictionsOk: found } = await recorded("find_contradictions");
  const [[a, b]] = found!["contradictions"] as [[string, string, string]];
  assert.deepEqual([a, b].toSorted(), [ID, OTHER].toSorted());
  const ofRules = await recorded("query_by_semantic");
  const rules = ofRules["QueryBySemanticOk"]!["concepts"] as readonly {
    concept_id: string;
    semantic_type: string;
  }[];
  assert.deepEqual(rules.map(({ concept_id }) => concept_id).toSorted(), [ID, OTHER].toSorted());
  const said = await recorded("semantic_search");
  const saying = said["QueryBySemanticOk"]!["concepts"] as readonly { content: string }[];
  assert.ok(saying.length > 0 && saying.every(({ content }) => /aspirin/i.test(content)));
});

test("stats, flush, health_check", async () => {
  const { StatsOk: stats } = await recorded("stats");
  assert.ok((stats!["concepts"] as number) >= 5 && stats!["concepts"] === stats!["total_concepts"]);
  assert.equal(stats!["vectors"], 0, "the last of LearnConcept brought none");
  assert.equal(await recorded("flush"), "FlushOk");
  const { HealthCheckOk: health } = await recorded("health_check");
  assert.deepEqual([health!["healthy"], health!["status"]], [true, "ok"]);
});

test("namespaces, attributes, newest, delete and clear, of the later clients", async () => {
  const namespace = "shop";
  const absent = await ask({ ListRecent: { namespace, limit: 5 } });
  assert.deepEqual(absent, { ListRecentOk: { items: [] } });
  assert.deepEqual(memory.namespaces(), ["default"]);
  const metadata = { kind: "fact" };
  const learned = await ask({
    LearnWithEmbedding: { id: null, namespace, content: "a b", embedding: [1, 0], metadata, timestamp: null },
  });
  const id = learned["LearnConceptV2Ok"]!["concept_id"] as string;
  const recent = await ask({ ListRecent: { namespace, limit: 5 } });
  const [item] = recent["ListRecentOk"]!["items"] as [Readonly<Record<string, unknown>>];
  assert.deepEqual([item["id"], item["content_preview"], item["attributes"]], [id, "a b", metadata]);
  const near = await ask({ VectorSearch: { namespace, query_vector: [1, 0], k: 1, ef_search: 10 } });
  assert.deepEqual(near, { VectorSearchOk: { results: [[id, 1]] } });
  const found = await ask({ TextSearch: { namespace, query: "b", limit: 3 } });
  assert.equal((found["TextSearchOk"]!["results"] as [[string, number]])[0][0], id);
  assert.deepEqual(await ask({ DeleteConcept: { namespace, id } }), { DeleteConceptOk: { id } });
  assert.equal((await ask({ GetStats: { namespace } }))["StatsOk"]!["concepts"], 0);
  assert.deepEqual(await ask({ ClearCollection: { namespace } }), { ClearCollectionOk: { namespace } });
  assert.equal((await ask({ GetStats: { namespace: "UP" } }))["Error"]!["code"], "OPD4009");
  const number = await ask({
    LearnAssociation: { source_id: "01", target_id: "02", assoc_type: 77, confidence: 1 },
  });
  assert.equal(number["Error"]!["code"], "OPD4001");
});
