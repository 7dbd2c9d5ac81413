// Plans: order, ids, base, summary, and the faults that leave no plan.

import assert from "node:assert/strict";
import { test } from "node:test";
import { OpError } from "../../base/error.ts";
import { fakePlugin } from "../../../test/support/fake-plugin.ts";
import { contextOf, documentOf, planned, pluginMap } from "../../../test/support/state-case.ts";
import type { Action } from "../../plugin/plugin.ts";
import { baseMoved } from "../inventory/base.ts";
import { confirmation, type Approval, type Confirmation } from "./confirm.ts";
import { addressOf, ordered } from "./order.ts";
import { makePlan, planError } from "./plan.ts";

const WANTS = { StaticHostname: "web", things: { red: { size: 2 }, old: { ensure: "removed" }, green: {} } };
const HAVE = { self: { StaticHostname: "vm" }, things: { red: { size: 1 }, old: {} } };

test("a plan has ids, a base and a summary; plugins in document order", async () => {
  const plugins = pluginMap(fakePlugin({ name: "second" }), fakePlugin({ name: "first", ...HAVE }));
  const { plan } = await planned(documentOf({ first: WANTS, second: { StaticHostname: "x" } }), plugins);
  assert.deepEqual(
    plan.actions.map((action) => `${action.id} ${addressOf(action)}`),
    [
      "a1 first:StaticHostname",
      "a2 first:things/red.size",
      "a3 first:things/old",
      "a4 first:things/green",
      "a5 second:StaticHostname",
    ],
  );
  assert.deepEqual(
    [...plan.base.reads].map(([address, value]) => `${address} ${value}`),
    [
      'first:StaticHostname "vm"',
      "first:things/old.color null",
      "first:things/old.material null",
      "first:things/old.serial null",
      "first:things/old.size null",
      "first:things/old.tags null",
      "first:things/red.color null",
      "first:things/red.material null",
      "first:things/red.serial null",
      "first:things/red.size 1",
      "first:things/red.tags null",
      "second:StaticHostname null",
    ],
  );
  const { create, update, delete: removed, worstRisk, weakestUndo, reads, services } = plan.summary;
  assert.deepEqual(
    [create, update, removed, worstRisk, weakestUndo, reads, services],
    [1, 3, 1, "needs-confirm", "compensate", 12, 2],
  );
});

test("the same reading gives the same base; any value, interface or secret moves it", async () => {
  const document = documentOf({ fake: { ...WANTS, Password: { secret: "env:A" } } });
  const base = async (change: Parameters<typeof fakePlugin>[0] = {}) =>
    (await planned(document, pluginMap(fakePlugin({ ...HAVE, ...change })))).plan.base;
  const first = await base();
  assert.match(first.digest, /^[0-9a-f]{64}$/);
  assert.equal(baseMoved(first, await base()), null);
  assert.equal((await base()).digest, first.digest);
  const moves: readonly (readonly [Parameters<typeof fakePlugin>[0], RegExp])[] = [
    [{ self: { StaticHostname: "other" } }, /^fake:StaticHostname was "vm", and is now "other"$/],
    [{ things: { ...HAVE.things, green: {} } }, /^fake:things\/green.color was not there, and is now null$/],
    [{ things: { old: {} } }, /^fake:things\/red.color was null, and is now gone$/],
    [{ unknown: ["StaticHostname"] }, /^fake:StaticHostname was "vm", and is now {"unknown":true}$/],
    [{ interfaceDigest: () => "d1" }, /^the interfaces of org.example.fake changed: digest d0 is now d1$/],
  ];
  for (const [change, expected] of moves) {
    const moved = await base(change);
    assert.match(baseMoved(first, moved) ?? "", expected);
    assert.notEqual(moved.digest, first.digest);
  }
});

test("all faults come together, and leave no plan", async () => {
  const away = new OpError("OPD2111", "nobody answers");
  const plugins = pluginMap(
    fakePlugin({ name: "one", unavailable: () => away }),
    fakePlugin({
      name: "two",
      change: (action) => ({ ...action, authorization: "denied", polkit: ["org.example.set"] }),
    }),
  );
  const document = documentOf({
    one: { StaticHostname: "x" },
    two: { StaticHostname: "x", Password: { secret: "env:MISSING" }, fixed: { no: {} } },
  });
  const { plan, faults } = await makePlan({ document, plugins, contextOf: contextOf() });
  assert.equal(plan, null);
  assert.deepEqual(
    faults.map(({ code, address }) => `${code} ${address}`),
    [
      "OPD2111 one",
      "OPD1901 two:Password",
      "OPD2103 two:fixed/no",
      "OPD2108 two:StaticHostname",
      "OPD2108 two:Password",
    ],
  );
  assert.equal(planError(faults.filter(({ code }) => code !== "OPD1901")).exit, 65);
  assert.equal(planError(faults.filter(({ code }) => code === "OPD2111" || code === "OPD2108")).exit, 9);
  assert.equal(planError(faults.slice(0, 1)).exit, 75);
});

test("a name that is not there gets the nearest one as its hint, and only then all are listed", async () => {
  const plugin = fakePlugin({ fixed: ["cron.service", "ssh.service"] });
  const hint = async (key: string) => {
    const document = documentOf({ fake: { fixed: { [key]: { size: 1 } } } });
    plugin.calls.length = 0;
    const { faults } = await makePlan({ document, plugins: pluginMap(plugin), contextOf: contextOf() });
    return [
      plugin.calls.filter((call) => call === "observe").length,
      ...faults.map((fault) => [fault.code, fault.hint]),
    ];
  };
  assert.deepEqual(await hint("cron.service"), [1]);
  assert.deepEqual(await hint("crom.service"), [2, ["OPD2103", 'did you mean "cron.service"?']]);
  assert.deepEqual(await hint("something else"), [2, ["OPD2103", undefined]]);
});

function action(name: string, depends_on: readonly string[] = []): Action {
  const [resource, key = "", field = null] = name.split(/[/.]/) as [string, string?, string?];
  const rest = {
    before: null,
    after: null,
    signature: "",
    via: [],
    risk: "read",
    undo: "none",
    fidelity: "opaque",
  } as const;
  const more = {
    authorization: "unchecked",
    polkit: [],
    also: [],
    group: "",
    secret: false,
    detail: null,
  } as const;
  return {
    id: "",
    plugin: "p",
    resource,
    key,
    field,
    verb: field === null ? "create" : "update",
    ...rest,
    ...more,
    depends_on,
  };
}

test("depends_on moves an action only as far as it must", () => {
  const order = (...actions: readonly Action[]) => {
    const result = ordered([actions]);
    return [
      result.actions.map((each) => [each.id, addressOf(each), ...each.depends_on].join(" ")),
      result.faults.map(({ message }) => message),
    ];
  };
  assert.deepEqual(order(action("r/a.x"), action("r/b.x")), [["a1 p:r/a.x", "a2 p:r/b.x"], []]);
  assert.deepEqual(order(action("r/a.x", ["r/c.x"]), action("r/b.x"), action("r/c.x")), [
    ["a1 p:r/c.x", "a2 p:r/a.x a1", "a3 p:r/b.x"],
    [],
  ]);
  assert.deepEqual(order(action("r/a.x", ["r/c"]), action("r/c.x"), action("r/c.y")), [
    ["a1 p:r/c.x", "a2 p:r/c.y", "a3 p:r/a.x a1 a2"],
    [],
  ]);
  assert.deepEqual(
    order(action("r/a.x", ["r/a"]), action("r/a.y", ["r/a"]), action("r/a")),
    [["a1 p:r/a", "a2 p:r/a.x a1", "a3 p:r/a.y a1"], []],
    "the fields of a new item wait for it, and not for each other",
  );
  assert.deepEqual(
    order(action("r/a.x", ["r/gone.x", "r/a.x"])),
    [["a1 p:r/a.x"], []],
    "what is not planned holds already",
  );
  const [, faults] = order(action("r/a.x", ["r/b.x"]), action("r/b.x", ["r/a.x"]));
  assert.deepEqual(faults, ["each waits for the other: p:r/a.x -> p:r/b.x -> p:r/a.x"]);
});

test("a long chain of dependencies needs no deep stack", () => {
  const chain = Array.from({ length: 20_000 }, (_, n) =>
    action(`r/k${n}.x`, n === 19_999 ? [] : [`r/k${n + 1}.x`]),
  );
  assert.equal(addressOf(ordered([chain]).actions[0]!), "p:r/k19999.x");
});

const RISKY: readonly (readonly [Action["risk"] | null, Approval, Confirmation])[] = [
  [null, { terminal: true, autoApprove: null, savedPlan: false }, "none"],
  ["reversible", { terminal: true, autoApprove: null, savedPlan: false }, "ask-yN"],
  ["needs-confirm", { terminal: true, autoApprove: null, savedPlan: false }, "ask-yes"],
  ["irreversible", { terminal: true, autoApprove: null, savedPlan: false }, "ask-yes"],
  ["reversible", { terminal: false, autoApprove: null, savedPlan: false }, "none"],
  ["needs-confirm", { terminal: false, autoApprove: null, savedPlan: false }, "refuse"],
  ["irreversible", { terminal: false, autoApprove: null, savedPlan: false }, "refuse"],
  ["needs-confirm", { terminal: false, autoApprove: "default", savedPlan: false }, "none"],
  ["irreversible", { terminal: false, autoApprove: "default", savedPlan: false }, "refuse"],
  ["irreversible", { terminal: true, autoApprove: "default", savedPlan: false }, "ask-yes"],
  ["irreversible", { terminal: false, autoApprove: "irreversible", savedPlan: false }, "none"],
  ["needs-confirm", { terminal: false, autoApprove: "reversible", savedPlan: false }, "refuse"],
  ["needs-confirm", { terminal: true, autoApprove: "reversible", savedPlan: false }, "ask-yes"],
  ["irreversible", { terminal: false, autoApprove: null, savedPlan: true }, "none"],
];
for (const [risk, approval, expected] of RISKY) {
  test(`${risk ?? "nothing to do"}, ${JSON.stringify(approval)}: ${expected}`, async () => {
    const plugin = fakePlugin({ change: (each) => ({ ...each, risk: risk ?? "read" }) });
    const { plan } = await planned(
      documentOf({ fake: risk === null ? {} : { StaticHostname: "x" } }),
      pluginMap(plugin),
    );
    assert.equal(confirmation(plan, approval), expected);
  });
}
