// Requests in every form that servers of the protocol took, replies in every form that its clients read, and the errors.

import { encode } from "@msgpack/msgpack";
import assert from "node:assert/strict";
import { test } from "node:test";
import { fakeMemory, ID, OTHER } from "../../../test/support/fake-memory.ts";
import { readMsgpack } from "../../base/msgpack.ts";
import { MsgWriter } from "../../base/msgpack-writer.ts";
import {
  ENCODINGS,
  decodeReply,
  decodeRequest,
  encodeReply,
  encodeRequest,
  type Encoding,
} from "./protocol.ts";
import type { MemoryReply } from "./reply.ts";
import { NOT_OFFERED, REQUESTS, type MemoryRequest } from "./request.ts";

const LEARN = {
  generateEmbedding: true,
  embeddingModel: null,
  extractAssociations: true,
  minAssociationConfidence: 0.5,
  maxAssociationsPerConcept: 10,
  strength: 1,
  confidence: 1,
};
const ANY = {
  semanticType: null,
  domainContext: null,
  temporalAfter: null,
  temporalBefore: null,
  hasCausalRelation: false,
  minConfidence: 0,
  requiredTerms: [],
};
const namespace = null;
const vector = new Float32Array([0.5, 1]);

const requests: readonly (readonly [what: string, sent: unknown, request: MemoryRequest])[] = [
  ["a unit as a text", "GetStats", { type: "GetStats", namespace }],
  ["a unit as a map", { Flush: {} }, { type: "Flush" }],
  ["a unit with nil", { Flush: null }, { type: "Flush" }],
  ["a unit as a list", { HealthCheck: [] }, { type: "HealthCheck" }],
  ["stats of a namespace", { GetStats: { namespace: "a" } }, { type: "GetStats", namespace: "a" }],
  ["stats of a namespace, list", { GetStats: ["a"] }, { type: "GetStats", namespace: "a" }],
  [
    "fields by name",
    { QueryConcept: { concept_id: ID } },
    { type: "QueryConcept", namespace, conceptId: ID },
  ],
  ["fields in order", { QueryConcept: [ID] }, { type: "QueryConcept", namespace, conceptId: ID }],
  [
    "fields in order, namespace first",
    { QueryConcept: ["n", ID] },
    { type: "QueryConcept", namespace: "n", conceptId: ID },
  ],
  [
    "fields in order, no namespace",
    { QueryConcept: [null, ID] },
    { type: "QueryConcept", namespace, conceptId: ID },
  ],
  [
    "keys nobody knows",
    { QueryConcept: { concept_id: ID, later: [1, { x: 2 }] } },
    { type: "QueryConcept", namespace, conceptId: ID },
  ],
  [
    "options that are absent",
    { LearnConceptV2: { content: "x" } },
    { type: "LearnConceptV2", namespace, content: "x", options: LEARN },
  ],
  [
    "options in order",
    { LearnConceptV2: ["x", [false, "m", false, 0.25, 3, 2, 0]] },
    {
      type: "LearnConceptV2",
      namespace,
      content: "x",
      options: {
        generateEmbedding: false,
        embeddingModel: "m",
        extractAssociations: false,
        minAssociationConfidence: 0.25,
        maxAssociationsPerConcept: 3,
        strength: 2,
        confidence: 0,
      },
    },
  ],
  [
    "a vector of whole numbers and others",
    { LearnConcept: { concept_id: ID, content: "x", embedding: [0.5, 1], strength: 1, confidence: 1 } },
    {
      type: "LearnConcept",
      namespace,
      conceptId: ID,
      content: "x",
      embedding: vector,
      strength: 1,
      confidence: 1,
    },
  ],
  [
    "a concept without a vector",
    { LearnConcept: { concept_id: ID, content: "x", embedding: [], strength: 0.5, confidence: 1 } },
    {
      type: "LearnConcept",
      namespace,
      conceptId: ID,
      content: "x",
      embedding: new Float32Array(),
      strength: 0.5,
      confidence: 1,
    },
  ],
  [
    "metadata, and an id that is nil",
    {
      LearnWithEmbedding: {
        id: null,
        namespace: "n",
        content: "x",
        embedding: [0.5, 1],
        metadata: { a: "b" },
        timestamp: 1_700_000_000,
      },
    },
    {
      type: "LearnWithEmbedding",
      id: null,
      namespace: "n",
      content: "x",
      embedding: vector,
      metadata: new Map([["a", "b"]]),
      timestamp: 1_700_000_000,
    },
  ],
  [
    "a filter in order",
    { FindPathSemantic: [ID, OTHER, ["rule", null, 5, null, true, 0.5, ["t"]], 4, 2] },
    {
      type: "FindPathSemantic",
      namespace,
      startId: ID,
      endId: OTHER,
      filter: {
        ...ANY,
        semanticType: "rule",
        temporalAfter: 5,
        hasCausalRelation: true,
        minConfidence: 0.5,
        requiredTerms: ["t"],
      },
      maxDepth: 4,
      maxPaths: 2,
    },
  ],
  [
    "a filter that is empty",
    { FindPathSemantic: { start_id: ID, end_id: OTHER, filter: {}, max_depth: 5 } },
    {
      type: "FindPathSemantic",
      namespace,
      startId: ID,
      endId: OTHER,
      filter: ANY,
      maxDepth: 5,
      maxPaths: 100,
    },
  ],
  [
    "a temporal chain of the servers",
    { FindTemporalChain: ["medical", 10, 20] },
    {
      type: "FindTemporalChain",
      namespace,
      domain: "medical",
      startTime: 10,
      endTime: 20,
      startId: null,
      endId: null,
      maxDepth: 10,
      after: null,
      before: null,
    },
  ],
  [
    "a temporal chain of the Python client",
    {
      FindTemporalChain: {
        start_id: ID,
        end_id: OTHER,
        max_depth: 10,
        after: "2024-01-01T00:00:00",
        before: "2024-01-02",
      },
    },
    {
      type: "FindTemporalChain",
      namespace,
      domain: null,
      startTime: null,
      endTime: null,
      startId: ID,
      endId: OTHER,
      maxDepth: 10,
      after: 1_704_067_200,
      before: 1_704_153_600,
    },
  ],
  [
    "a causal chain of the Python client",
    { FindCausalChain: { start_id: ID, end_id: OTHER, max_depth: 5 } },
    { type: "FindCausalChain", namespace, startId: ID, causalType: null, maxDepth: 5, endId: OTHER },
  ],
  [
    "contradictions of a domain, namespace first",
    { FindContradictions: ["n", "legal"] },
    { type: "FindContradictions", namespace: "n", domain: "legal", conceptId: null, maxDepth: 3 },
  ],
  [
    "contradictions of a concept",
    { FindContradictions: { concept_id: ID, max_depth: 2 } },
    { type: "FindContradictions", namespace, domain: null, conceptId: ID, maxDepth: 2 },
  ],
  [
    "a query without a limit",
    { QueryBySemantic: [[null, null, null, null, false, 0, []], null] },
    { type: "QueryBySemantic", namespace, filter: ANY, limit: 100 },
  ],
];
for (const [what, sent, request] of requests)
  test(`request: ${what}`, () => assert.deepEqual(decodeRequest(encode(sent)), request));

const times: readonly (readonly [given: unknown, seconds: number])[] = [
  [5, 5],
  [5.9, 5],
  [-1, -1],
  ["1970-01-01", 0],
  ["1970-01-02T00:00:00Z", 86_400],
  ["1970-01-02 00:00:00.123456", 86_400],
  ["1970-01-02T01:00:00+01:00", 86_400],
  ["1970-01-02T00:01", 86_460],
];
for (const [given, seconds] of times)
  test(`time: ${JSON.stringify(given)}`, () => {
    const sent = { FindTemporalChain: { after: given } };
    assert.equal((decodeRequest(encode(sent)) as { after?: number }).after, seconds);
  });

const MIB = 1024 * 1024;
const refused: readonly (readonly [what: string, sent: unknown, code: string, message: string | RegExp])[] = [
  ["a name nobody knows", "Dance", "OPD4501", "the request is not known"],
  ["a prototype's name", "constructor", "OPD4501", "the request is not known"],
  ["a number", 5, "OPD4501", /one name, or a map/],
  ["two names", { Flush: {}, GetStats: {} }, "OPD4501", /one name, or a map/],
  ["no name", {}, "OPD4501", /one name, or a map/],
  ["a missing field", { QueryConcept: {} }, "OPD4501", "QueryConcept.concept_id: expected a text"],
  ["a field of another kind", { QueryConcept: [7] }, "OPD4501", "QueryConcept.concept_id: expected a text"],
  [
    "a body of another kind",
    { QueryConcept: "x" },
    "OPD4501",
    "QueryConcept: expected a map or a list of fields",
  ],
  ["half a number", { FindPath: [ID, ID, 1.5] }, "OPD4501", /max_depth: expected a whole number/],
  ["a number below 0", { FindPath: [ID, ID, -1] }, "OPD4501", /max_depth: expected a whole number/],
  ["a text in a vector", { VectorSearch: [["x"], 1, 1] }, "OPD4501", /query_vector: expected a number/],
  ["no time", { FindTemporalChain: { after: "soon" } }, "OPD4501", /after: expected seconds/],
  ["a time no calendar has", { FindTemporalChain: { after: 1e300 } }, "OPD4501", /after: expected seconds/],
  ["no day", { FindTemporalChain: { after: "2024-99-99" } }, "OPD4501", /after: expected seconds/],
  [
    "a subscription",
    { Subscribe: { callback_addr: "10.0.0.1:80" } },
    "OPD4502",
    /not offered: it would connect/,
  ],
  [
    "a content of 10 MiB and a byte",
    { LearnConceptV2: { content: "x".repeat(10 * MIB + 1) } },
    "OPD4503",
    "Content too large: 10485761 bytes (max: 10485760)",
  ],
  [
    "a content of fewer characters",
    { LearnConceptV2: { content: "€".repeat(3_495_254) } },
    "OPD4503",
    "Content too large: 10485762 bytes (max: 10485760)",
  ],
  [
    "a batch of 1001",
    { LearnBatch: { contents: Array(1001).fill("x") } },
    "OPD4503",
    "Batch too large: 1001 items (max: 1000)",
  ],
  [
    "a large item",
    { LearnBatch: { contents: ["x", "x".repeat(10 * MIB + 1)] } },
    "OPD4503",
    "Batch item 1 too large: 10485761 bytes (max: 10485760)",
  ],
  [
    "a long vector",
    { LearnConcept: [ID, "x", Array(2049).fill(0.5), 1, 1] },
    "OPD4503",
    "Embedding dimension too large: 2049 (max: 2048)",
  ],
  [
    "the same by its other name",
    { LearnWithEmbedding: [null, "n", "x", Array(2049).fill(0.5), {}] },
    "OPD4503",
    "Embedding dimension too large: 2049 (max: 2048)",
  ],
  [
    "a long query",
    { VectorSearch: [Array(2049).fill(0.5), 1, 1] },
    "OPD4503",
    "Query vector dimension too large: 2049 (max: 2048)",
  ],
  ["a deep path", { FindPath: [ID, ID, 21] }, "OPD4503", "Path depth too large: 21 (max: 20)"],
  ["a deep chain", { FindCausalChain: [ID, "direct", 21] }, "OPD4503", "Path depth too large: 21 (max: 20)"],
  ["many paths", { FindPathSemantic: [ID, ID, {}, 2, 1001] }, "OPD4503", "Too many paths: 1001 (max: 1000)"],
  ["a large k", { VectorSearch: [[1], 1001, 1] }, "OPD4503", "k too large: 1001 (max: 1000)"],
  ["many results", { TextSearch: ["x", 1001] }, "OPD4503", "limit too large: 1001 (max: 1000)"],
  ["no MessagePack", undefined, "OPD1401", /./],
];
for (const [what, sent, code, message] of refused)
  test(`refused: ${what}`, () =>
    assert.throws(
      () => decodeRequest(sent === undefined ? Buffer.of(0xc1) : encode(sent)),
      (error: Error & { code?: string }) => {
        assert.equal(error.code, code);
        if (typeof message === "string") assert.equal(error.message, message);
        else assert.match(error.message, message);
        return true;
      },
    ));

test("what is within the limits passes", () => {
  decodeRequest(encode({ LearnConceptV2: { content: "x".repeat(10 * MIB) } }));
  decodeRequest(encode({ LearnBatch: { contents: Array(1000).fill("x") } }));
  decodeRequest(encode({ VectorSearch: [Array(2048).fill(0.5), 1000, 1] }));
  decodeRequest(encode({ FindPath: [ID, ID, 20] }));
});

test("what is not offered is no request", () => {
  for (const name of NOT_OFFERED.keys()) assert.equal(Object.hasOwn(REQUESTS, name), false, name);
});

function replyBytes(reply: MemoryReply, encoding: Encoding): Buffer {
  const writer = new MsgWriter();
  encodeReply(writer, reply, encoding);
  return writer.bytes();
}

test("every request goes out and comes in the same, and its reply in every encoding", async () => {
  const door = fakeMemory();
  for (const [what, , request] of requests) {
    const writer = new MsgWriter();
    encodeRequest(writer, request);
    assert.deepEqual(decodeRequest(writer.bytes()), request, what);
    const reply = await door.answer(request, { subject: "local" }, new AbortController().signal);
    for (const encoding of ENCODINGS) {
      const listed = encoding === "list" && reply.type === "QueryConceptOk";
      const expected = listed ? { ...reply, attributes: new Map() } : reply;
      assert.deepEqual(decodeReply(replyBytes(reply, encoding)), expected, `${what} as ${encoding}`);
    }
  }
});

const caps = { depthMax: 9, valuesMax: 99 };
const layouts: readonly (readonly [reply: MemoryReply, Readonly<Record<Encoding, unknown>>])[] = [
  [{ type: "FlushOk" }, { hybrid: "FlushOk", list: "FlushOk", map: "FlushOk" }],
  [
    { type: "LearnConceptOk", sequence: 9 },
    {
      hybrid: new Map([["LearnConceptOk", [9]]]),
      list: new Map([["LearnConceptOk", [9]]]),
      map: new Map([["LearnConceptOk", new Map([["sequence", 9]])]]),
    },
  ],
  [
    { type: "Error", message: "no", code: "OPD4501" },
    {
      hybrid: new Map([
        [
          "Error",
          new Map([
            ["message", "no"],
            ["code", "OPD4501"],
          ]),
        ],
      ]),
      list: new Map([["Error", ["no"]]]),
      map: new Map([
        [
          "Error",
          new Map([
            ["message", "no"],
            ["code", "OPD4501"],
          ]),
        ],
      ]),
    },
  ],
  [
    { type: "VectorSearchOk", results: [[ID, 1]] },
    {
      hybrid: new Map([["VectorSearchOk", new Map([["results", [[ID, 1]]]])]]),
      list: new Map([["VectorSearchOk", [[[ID, 1]]]]]),
      map: new Map([["VectorSearchOk", new Map([["results", [[ID, 1]]]])]]),
    },
  ],
];
for (const [reply, expected] of layouts)
  for (const encoding of ENCODINGS)
    test(`layout: ${reply.type} as ${encoding}`, () =>
      assert.deepEqual(readMsgpack(replyBytes(reply, encoding), caps), expected[encoding]));

for (const limit of [1.5, -1, NaN, 2 ** 32])
  test(`not sent: a limit of ${limit}`, () =>
    assert.throws(
      () => encodeRequest(new MsgWriter(), { type: "TextSearch", namespace, query: "x", limit }),
      {
        code: "OPD4501",
      },
    ));

test("a similarity of 1 is a float32 on the wire", () =>
  assert.ok(
    replyBytes({ type: "VectorSearchOk", results: [["a", 1]] }, "map").includes("ca3f800000", 0, "hex"),
  ));
