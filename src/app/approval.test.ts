// Who would have to be asked, and is anybody there: the answers of polkit against a run with and without a terminal.

import assert from "node:assert/strict";
import { test } from "node:test";
import { OpError } from "../base/error.ts";
import type { Action } from "../plugin/plugin.ts";
import type { Plan } from "../state/state.ts";
import type { RequestOf } from "../api/api.ts";
import { refuseUnasked } from "./approval.ts";

const cases: readonly (readonly [Action["authorization"], terminal: boolean, refused: boolean])[] = [
  ["allowed", false, false],
  ["unchecked", false, false],
  ["ask", true, false],
  ["ask", false, true],
];
for (const [authorization, terminal, refused] of cases) {
  test(`polkit says ${authorization}, ${terminal ? "at" : "without"} a terminal`, () => {
    const action = {
      id: "a1",
      plugin: "p",
      resource: null,
      key: null,
      field: "F",
      authorization,
      polkit: ["x.y"],
    };
    const plan = { actions: [action] } as unknown as Plan;
    const ask = (): void => refuseUnasked(plan, { terminal } as RequestOf<"apply">);
    if (!refused) return assert.doesNotThrow(ask);
    return assert.throws(
      ask,
      (error) =>
        error instanceof OpError &&
        error.exit === 9 &&
        error.faults[0]?.address === "p:F" &&
        /x\.y/.test(error.faults[0].message),
    );
  });
}
