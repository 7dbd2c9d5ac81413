// What a filter takes, the same whichever index is asked first, and in searches.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openScratch, plainConcept, scratchFolder } from "../../../test/support/memory-case.ts";
import { analyze } from "../reason/analyze.ts";
import type { SpaceFilter } from "../space.ts";

const TEXTS = [
  "The server must restart the nginx service in 2023.",
  "The server was restarted in 2024.",
  "Heat causes fire.",
  "nothing that is analysed",
] as const;
const attributes = (n: number): ReadonlyMap<string, string> =>
  new Map([["parity", n % 2 === 0 ? "even" : "odd"]]);

const CASES: readonly (readonly [what: string, filter: SpaceFilter, found: readonly number[]])[] = [
  ["nothing asked for", {}, [0, 1, 2, 3]],
  ["a type", { type: "rule" }, [0]],
  ["a domain", { domain: "technical" }, [0, 1]],
  ["causes", { hasCausal: true }, [2]],
  ["an attribute", { attributes: attributes(1) }, [1, 3]],
  ["an attribute that nobody has", { attributes: new Map([["parity", "none"]]) }, []],
  ["a word in any form", { terms: ["restarting"] }, [0, 1]],
  ["all of the words", { terms: ["server", "nginx"] }, [0]],
  ["a time that is spoken of", { aboutFromS: Date.UTC(2024, 0) / 1000 }, [1]],
  ["a time in between", { aboutFromS: Date.UTC(2022, 0) / 1000, aboutToS: Date.UTC(2023, 5) / 1000 }, [0]],
  ["when it was learned", { fromUs: 2_000_000, toUs: 3_000_000 }, [1, 2]],
  ["until when it was learned", { toUs: 1_000_000 }, [0]],
  ["how sure the analysis is", { minConfidence: 0.99 }, []],
  ["several at once", { domain: "technical", attributes: attributes(0), terms: ["server"] }, [0]],
];

test("what filters take", async () => {
  const memory = await openScratch(scratchFolder());
  try {
    const space = await memory.space("default");
    for (const [n, text] of TEXTS.entries())
      await space.apply([
        {
          kind: "learn",
          concept: {
            ...plainConcept(n, text),
            attributes: attributes(n),
            semantic: n === 3 ? null : analyze(text),
          },
          createdUs: (n + 1) * 1_000_000,
        },
      ]);
    await space.reached();
    const numbers = (ids: readonly Uint8Array[]): number[] =>
      ids.map((id) => id[15]!).toSorted((a, b) => a - b);
    for (const [what, filter, found] of CASES) {
      assert.deepEqual(numbers(space.select(filter, 100)), found, what);
      assert.equal(space.select(filter, 1).length, Math.min(1, found.length), `one of ${what}`);
      const hits = await space.searchText("server heat nothing", { limit: 10, filter });
      assert.deepEqual(numbers(hits.map(({ id }) => id)), found, `${what}, in a search`);
    }
  } finally {
    await memory.close();
  }
});
