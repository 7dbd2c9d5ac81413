// What is taken out of texts, and that every association taken out has both its ends.

import assert from "node:assert/strict";
import { test } from "node:test";
import { conceptOf, idOfNumber } from "../../../test/support/learned.ts";
import { newPlainGraph } from "../../../test/support/plain-graph.ts";
import { hexOf, idOfContent } from "../graph/id.ts";
import { ASSOCIATION_TYPES, type AssociationType, type ConceptId } from "../model.ts";
import { extract, type ExtractOptions } from "./extract.ts";

const TEXT = 0;
const TYPE_NAMES = new Map<AssociationType, string>(
  Object.entries(ASSOCIATION_TYPES).map(([name, type]) => [type, name]),
);

/** Learns the text with all that is found in it, and says the associations there are then: source, type, target. */
function learned(text: string, options: ExtractOptions = {}, known: readonly string[] = []): string[] {
  const graph = newPlainGraph();
  const names = new Map([[hexOf(idOfNumber(TEXT)), "TEXT"]]);
  for (const name of known) {
    const id = idOfContent(Buffer.from(name));
    graph.learn({ ...conceptOf(1, { text: name }), id });
    names.set(hexOf(id), `known ${name}`);
  }
  const changes = extract(graph, idOfNumber(TEXT), text, options);
  for (const change of changes)
    if (change.kind === "learn")
      names.set(hexOf(change.concept.id), Buffer.from(change.concept.content).toString());
  graph.apply([{ kind: "learn", concept: conceptOf(TEXT, { text }) }, ...changes]);
  const nameOf = (id: ConceptId): string => names.get(hexOf(id)) ?? "a stranger";
  return changes.flatMap((change) =>
    change.kind !== "associate"
      ? []
      : `${nameOf(change.association.source)} ${TYPE_NAMES.get(change.association.type)} ${change.association.confidence} ${nameOf(change.association.target)}`,
  );
}

const rows: readonly (readonly [string, readonly string[]])[] = [
  ["Nothing to be seen in here.", []],
  ["Too short", []],
  [
    "Smoking causes lung cancer in adults.",
    ["Smoking causal 0.8 lung cancer", "TEXT semantic 0.5 Smoking", "TEXT semantic 0.5 lung cancer"],
  ],
  [
    "The heavy rain leads to a flood.",
    ["heavy rain causal 0.75 flood", "TEXT semantic 0.5 heavy rain", "TEXT semantic 0.5 flood"],
  ],
  [
    "Postgres is a database for tables.",
    ["Postgres hierarchical 0.85 database", "TEXT semantic 0.5 Postgres", "TEXT semantic 0.5 database"],
  ],
  [
    "Gold is a type of metal.",
    ["Gold hierarchical 0.8 metal", "TEXT semantic 0.5 Gold", "TEXT semantic 0.5 metal"],
  ],
  [
    "Berlin is part of Germany today.",
    ["Berlin compositional 0.8 Germany", "TEXT semantic 0.5 Berlin", "TEXT semantic 0.5 Germany"],
  ],
  [
    "Water contains oxygen and more.",
    ["Water compositional 0.75 oxygen", "TEXT semantic 0.5 Water", "TEXT semantic 0.5 oxygen"],
  ],
  [
    "Planning before building, they say.",
    ["Planning temporal 0.7 building", "TEXT semantic 0.5 Planning", "TEXT semantic 0.5 building"],
  ],
  ["Sleep after work.", ["work temporal 0.7 Sleep", "TEXT semantic 0.5 Sleep", "TEXT semantic 0.5 work"]],
  [
    "The New York Times met Angela Merkel there.",
    ["TEXT semantic 0.5 New York Times", "TEXT semantic 0.5 Angela Merkel"],
  ],
  ["Angela Merkel spoke. ANGELA MERKEL left again.", ["TEXT semantic 0.5 Angela Merkel"]],
];
for (const [text, expected] of rows)
  test(JSON.stringify(text), () => assert.deepEqual(learned(text), expected));

test("what is known is not learned again", () =>
  assert.deepEqual(learned("The city of Berlin and the city of Rome.", {}, ["Berlin", "rome"]), [
    "TEXT semantic 0.5 known Berlin",
    "TEXT semantic 0.5 known rome",
  ]));

test("only the surest, and only as many as are asked for", () => {
  const text = "Smoking causes cancer. Rain leads to floods.";
  assert.deepEqual(learned(text, { associationsMax: 2 }), [
    "Smoking causal 0.8 cancer",
    "Rain causal 0.75 floods",
  ]);
  assert.deepEqual(learned(text, { confidenceMin: 0.8 }), ["Smoking causal 0.8 cancer"]);
  assert.deepEqual(learned(text, { confidenceMin: 0.9 }), []);
  const many = Array.from({ length: 30 }, (_, n) => `Name${n} was there once.`).join(" ");
  assert.equal(learned(many).length, 10);
});

test("a text that is itself a name is not associated with itself", () => {
  const text = "Angela Merkel";
  const graph = newPlainGraph();
  const id = idOfContent(Buffer.from(text));
  graph.learn({ ...conceptOf(1, { text }), id });
  assert.deepEqual(extract(graph, id, text), []);
});
