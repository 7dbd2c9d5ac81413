// The two forms of a log line, and the filter.

import assert from "node:assert/strict";
import { test } from "node:test";
import { OpError } from "./error.ts";
import { createLog, errorFields, logFormat, type LogOptions } from "./log.ts";

function lines(options: Partial<LogOptions>, use: (log: ReturnType<typeof createLog>) => void): string[] {
  const written: string[] = [];
  const base = { level: "debug", format: "json", wallMs: () => 5, pid: 7, hostname: "h" } as const;
  use(createLog({ ...base, write: (line) => written.push(line), ...options }));
  return written;
}

test("JSON lines have the names of pino", () => {
  const written = lines({}, (log) => {
    log.debug("one");
    log.error("two\n", { n: 2n ** 64n, plugin: "x" });
  });
  assert.deepEqual(written, [
    '{"level":20,"time":5,"pid":7,"hostname":"h","msg":"one"}\n',
    '{"level":50,"time":5,"pid":7,"hostname":"h","n":"18446744073709551616","plugin":"x","msg":"two\\n"}\n',
  ]);
});

test("journal lines have a priority and one line", () => {
  const written = lines({ format: "journal" }, (log) => {
    log.debug("d");
    log.info("i", { a: 1, b: "two words", c: 'x"\u{1b}' });
    log.warn("w\nx");
    log.error("e", { none: null });
  });
  assert.deepEqual(written, [
    "<7>d\n",
    '<6>i a=1 b="two words" c="x\\"\\u{1b}"\n',
    "<4>w\\nx\n",
    "<3>e none=null\n",
  ]);
});

test("what is below the level is not written", () => {
  const written = lines({ level: "warn" }, (log) => {
    log.debug("d");
    log.info("i");
    log.warn("w");
    log.error("e");
  });
  assert.equal(written.length, 2);
});

test("the form follows JOURNAL_STREAM", () => {
  assert.equal(logFormat({}), "json");
  assert.equal(logFormat({ JOURNAL_STREAM: "" }), "json");
  assert.equal(logFormat({ JOURNAL_STREAM: "8:123" }), "journal");
});

test("errors as fields", () => {
  assert.deepEqual(errorFields(new OpError("OPD1203", "big")), {
    code: "OPD1203",
    kind: "limit",
    err: "big",
  });
  assert.deepEqual(errorFields(new Error("x")), { err: "x" });
  assert.deepEqual(errorFields("y"), { err: "y" });
});
