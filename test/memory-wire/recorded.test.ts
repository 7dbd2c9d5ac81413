// The calls of the public Python client, byte for byte. The requests were recorded from the package
// `sutra-storage-client-tcp` 2.0.0, unmodified, with msgpack 1.0.3 of Python (its defaults: texts as str, floats as float64,
// whole numbers smallest, dicts in the order they were made); it sends length and body as two writes. The replies are what it
// read the right values from; they are also read here by an independent decoder, as that client does.

import { decode } from "@msgpack/msgpack";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ID, OTHER } from "../support/fake-memory.ts";
import { opened, raw, type Opened, type Raw } from "./raw.ts";

interface Call {
  readonly call: string;
  readonly arguments: readonly unknown[];
  /** Hex, with the length before it. */
  readonly request: string;
  readonly reply: string;
}

const calls = JSON.parse(
  readFileSync(join(import.meta.dirname, "../fixtures/memory-wire-python.json"), "utf8"),
) as readonly Call[];

let door: Opened;
let client: Raw;
before(async () => {
  door = await opened();
  client = await raw(door.port);
});
after(async () => {
  client.socket.destroy();
  await door.server.close();
});

const path = {
  concepts: [ID, OTHER],
  confidence: 0.75,
  type_distribution: { event: 2 },
  domains: ["medical"],
  is_temporally_ordered: true,
};
const concept = {
  found: true,
  concept_id: ID,
  content: "aspirin",
  strength: 1,
  confidence: 0.5,
  attributes: { source: "label" },
};
const semantic = [
  { concept_id: ID, content: "aspirin", semantic_type: "rule", domain: "medical", confidence: 0.5 },
];
/** What the client reads its results from. */
const read: Readonly<Record<string, unknown>> = {
  learn_concept_v2: { LearnConceptV2Ok: { concept_id: ID } },
  learn_batch_v2: { LearnBatchOk: { concept_ids: [ID, ID] } },
  learn_concept: { LearnConceptOk: [7] },
  learn_association: { LearnAssociationOk: [300] },
  query_concept: { QueryConceptOk: concept },
  contains: { QueryConceptOk: concept },
  get_concept: { QueryConceptOk: concept },
  get_neighbors: { GetNeighborsOk: { neighbor_ids: [OTHER] } },
  find_path: { FindPathOk: { found: true, path: [ID, OTHER] } },
  get_association: {
    GetAssociationOk: { found: true, source_id: ID, target_id: OTHER, assoc_type: 1, confidence: 0.5 },
  },
  get_all_concept_ids: { GetAllConceptIdsOk: { concept_ids: [ID, OTHER] } },
  vector_search: { VectorSearchOk: { results: [[ID, 1]] } },
  stats: {
    StatsOk: {
      concepts: 2,
      total_concepts: 2,
      edges: 1,
      total_edges: 1,
      vectors: 2,
      written: 3,
      writes: 3,
      dropped: 0,
      drops: 0,
      pending: 0,
      reconciliations: 4,
      uptime_seconds: 5,
    },
  },
  flush: "FlushOk",
  health_check: { HealthCheckOk: { healthy: true, status: "ok", uptime_seconds: 5 } },
  find_path_semantic: { FindPathSemanticOk: { paths: [path] } },
  find_temporal_chain: { FindTemporalChainOk: { paths: [path], chains: [path] } },
  find_causal_chain: { FindCausalChainOk: { paths: [path], chains: [path] } },
  find_contradictions: { FindContradictionsOk: { contradictions: [[ID, OTHER, "must and must not"]] } },
  query_by_semantic: { QueryBySemanticOk: { concepts: semantic } },
  semantic_search: { QueryBySemanticOk: { concepts: semantic } },
};
const FULL = { Error: { message: "the memory takes no more changes for now", code: "OPD4003" } };
const ABSENT = {
  QueryConceptOk: { found: false, concept_id: "", content: "", strength: 0, confidence: 0, attributes: {} },
};

test("all 21 methods are recorded", () =>
  assert.deepEqual([...new Set(calls.map(({ call }) => call))].toSorted(), Object.keys(read).toSorted()));

for (const { call, arguments: given, request, reply } of calls)
  test(`${call}(${JSON.stringify(given).slice(1, -1)})`, async () => {
    const bytes = Buffer.from(request, "hex");
    client.socket.write(bytes.subarray(0, 4));
    client.socket.write(bytes.subarray(4));
    const answered = (await client.frame())!;
    assert.equal(answered.toString("hex"), reply.slice(8));
    assert.equal(Buffer.from(reply, "hex").readUInt32BE(0), answered.length);
    const expected = given[0] === "fail" ? FULL : given[0] === OTHER ? ABSENT : read[call];
    assert.deepEqual(decode(answered), expected);
  });
