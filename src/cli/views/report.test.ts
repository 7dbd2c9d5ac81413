// The last line of an apply: what one call did for many items took its time once.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { ApplyReply } from "../../api/api.ts";
import { plainPaint } from "../terminal.ts";
import { reportText } from "./report.ts";

test("the time of a call for many counts once", () => {
  const result = (group: string, elapsedMs: number): object => ({
    action: { plugin: "packagekit", group },
    outcome: { outcome: "done" },
    elapsedMs,
  });
  const results = [result("install", 900), result("install", 900), result("remove", 100)];
  const reply = {
    report: { end: "done", results, verification: null },
    armed: null,
  } as unknown as ApplyReply;
  const look = { width: 80, cut: false, paint: plainPaint, verbose: false };
  assert.equal(reportText(reply, look), "Applied: 3 changes in 1.0 s, not verified.\n");
});
