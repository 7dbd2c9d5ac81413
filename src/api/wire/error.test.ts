import assert from "node:assert/strict";
import { test } from "node:test";
import { OpError } from "../../base/error.ts";
import { errorFromWire, errorToWire } from "./error.ts";

function over(error: unknown): OpError {
  return errorFromWire(JSON.parse(JSON.stringify(errorToWire(error))));
}

const cause = new Error("the service said no");
const errors: readonly (readonly [string, OpError])[] = [
  ["a message alone", new OpError("OPD9004", "not approved")],
  [
    "everything an error can hold",
    new OpError("OPD2121", "failed", {
      where: "demo1:Greeting",
      now: "not as before",
      hint: "op-dbus plan",
      cause,
      faults: [
        {
          code: "OPD2107",
          message: "not as wanted",
          at: { file: "web.toml", line: 3, column: 1 },
          snippet: "Greeting = 1",
          address: "demo1:Greeting",
          hint: "look",
          differs: { wanted: 18446744073709551615n, found: { $: Number.NaN } },
        },
      ],
    }),
  ],
  ["an error of a service", Object.assign(new OpError("OPD3001", "refused"), { dbusName: "org.x.Error" })],
];
for (const [name, error] of errors) {
  test(`${name} is the same on the other side`, () => {
    const came = over(error);
    for (const member of [
      "code",
      "kind",
      "message",
      "where",
      "now",
      "hint",
      "faults",
      "exit",
      "stack",
    ] as const)
      assert.deepEqual(came[member], error[member], member);
    assert.equal((came.cause as Error | undefined)?.message, (error.cause as Error | undefined)?.message);
    assert.equal("dbusName" in came && came.dbusName, "dbusName" in error && error.dbusName);
  });
}

test("what is no OpError becomes our bug, with its stack", () => {
  const came = over(new TypeError("x is not a function"));
  assert.equal(came.code, "OPD1901");
  assert.match((came.cause as Error).stack!, /error\.test/);
});

for (const json of [null, "x", {}, { code: "OPD0000", message: "x" }, { code: "OPD9004" }]) {
  test(`${JSON.stringify(json)} is no error`, () =>
    assert.throws(
      () => errorFromWire(json),
      (error: OpError) => error.code === "OPD9044",
    ));
}
