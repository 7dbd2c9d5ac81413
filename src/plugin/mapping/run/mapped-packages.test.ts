// Items of a service whose every call is a transaction: candidates, rehearsals, batches, failures half-way, and the way
// back. The service is a script that behaves as PackageKit does, dependants and all.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Variant } from "../../../host/dbus/dbus.ts";
import { items, ok, pluginOf, whole } from "../../../../test/support/mapped.ts";
import { scriptedContext, type Answer } from "../../../../test/support/scripted-bus.ts";
import { PACKAGES, Packages } from "../../../../test/support/scripted-packages.ts";
import type { Action, Change, Plugin, PluginContext } from "../../plugin.ts";

describe("items of a service with transactions", () => {
  async function planned(
    packages: Packages,
    changes: readonly Change[],
  ): Promise<{
    plugin: Plugin;
    ctx: PluginContext;
    actions: readonly Action[];
    faults: readonly { code: string; message: string; hint?: string }[];
  }> {
    const plugin = pluginOf(PACKAGES);
    const ctx = scriptedContext(packages.bus);
    const keys = changes.flatMap((each) => each.key ?? []);
    const observed = await plugin.observe(ctx, items("packages", keys));
    packages.bus.sent.length = 0;
    return { plugin, ctx, ...(await plugin.plan(ctx, observed, changes)) };
  }

  it("installs many with one call, names what comes besides, and takes that back too", async () => {
    const packages = new Packages();
    const { plugin, ctx, actions, faults } = await planned(packages, [
      whole("create", "packages", "app"),
      whole("create", "packages", "lib", { version: "1" }),
    ]);
    assert.deepEqual(faults, []);
    assert.deepEqual(packages.bus.sent, [
      "Create",
      'Resolve ["app","lib"]',
      "Create",
      'Install 6 ["app;1","lib;1"]',
    ]);
    assert.deepEqual(
      actions.map(({ key, risk, undo, fidelity, also }) => ({ key, risk, undo, fidelity, also })),
      [
        { key: "app", risk: "needs-confirm", undo: "compensate", fidelity: "simulated", also: [] },
        { key: "lib", risk: "needs-confirm", undo: "compensate", fidelity: "simulated", also: [] },
      ],
    );
    packages.bus.sent.length = 0;
    assert.deepEqual(await plugin.apply(ctx, actions), [{ outcome: "done" }, { outcome: "done" }]);
    assert.deepEqual(
      packages.bus.sent,
      ["Create", 'Install 2 ["app;1","lib;1"]'],
      "what planning read is not read again",
    );
    assert.deepEqual(await plugin.undo(ctx, actions), [{ outcome: "done" }, { outcome: "done" }]);
    assert.deepEqual([...packages.installed], []);
    assert.equal(packages.bus.matches, 0, "no match rule is left");
  });

  it("lists a dependency beside the action and removes it with it", async () => {
    const packages = new Packages();
    const { plugin, ctx, actions } = await planned(packages, [whole("create", "packages", "app")]);
    assert.deepEqual(actions[0]?.also, [{ verb: "create", resource: "packages", key: "lib", about: "2" }]);
    await plugin.apply(ctx, actions);
    assert.deepEqual([...packages.installed.keys()], ["lib", "app"]);
    await plugin.undo(ctx, actions);
    assert.deepEqual([...packages.installed.keys()], []);
  });

  it("takes nothing away that came afterwards", async () => {
    const packages = new Packages();
    const { plugin, ctx, actions } = await planned(
      packages,
      [whole("create", "packages", "lib")].map((each) => ({ ...each, want: new Map([["version", "1"]]) })),
    );
    await plugin.apply(ctx, actions);
    packages.installed.set("app", "1");
    assert.deepEqual(await plugin.undo(ctx, actions), [
      { outcome: "failed", reason: "it would also remove app", meaning: "failed" },
    ]);
    assert.deepEqual([...packages.installed.keys()], ["lib", "app"]);
  });

  const faults: readonly {
    name: string;
    has?: readonly [string, string][];
    changes: readonly Change[];
    code: string;
    message: RegExp;
    hint?: RegExp;
  }[] = [
    {
      name: "nothing of that name",
      has: [["apps", "1"]],
      changes: [whole("create", "packages", "appss")],
      code: "OPD6056",
      message: /appss is not offered/,
      hint: /did you mean apps/,
    },
    {
      name: "not that version",
      changes: [whole("create", "packages", "app", { version: "9" })],
      code: "OPD6056",
      message: /app is not offered with version 9/,
      hint: /offered: 1/,
    },
    {
      name: "two of that name",
      changes: [whole("create", "packages", "twice")],
      code: "OPD6057",
      message: /2 things fit "twice"/,
      hint: /twice;1/,
    },
    {
      name: "a dependant the document does not name",
      has: [
        ["app", "1"],
        ["lib", "2"],
      ],
      changes: [whole("delete", "packages", "lib")],
      code: "OPD6058",
      message: /removing lib would also remove app/,
      hint: /^app = \{ ensure = "removed" \}/,
    },
  ];
  for (const { name, has, changes, code, message, hint } of faults) {
    it(`stops before the real call: ${name}`, async () => {
      const packages = new Packages();
      for (const [key, version] of has ?? []) packages.installed.set(key, version);
      const result = await planned(packages, changes);
      assert.deepEqual(
        result.faults.map((fault) => fault.code),
        [code],
      );
      assert.match(result.faults[0]?.message ?? "", message);
      if (hint !== undefined) assert.match(result.faults[0]?.hint ?? "", hint);
      assert.ok(!packages.bus.sent.some((line) => /^(Install 2|Remove 0)/.test(line)));
    });
  }

  it("removes a dependant that the document removes too, and brings both back", async () => {
    const packages = new Packages();
    packages.installed.set("app", "1").set("lib", "1");
    const {
      plugin,
      ctx,
      actions,
      faults: none,
    } = await planned(packages, [whole("delete", "packages", "lib"), whole("delete", "packages", "app")]);
    assert.deepEqual(none, []);
    await plugin.apply(ctx, actions);
    assert.equal(packages.installed.size, 0);
    assert.deepEqual(await plugin.undo(ctx, actions), [{ outcome: "done" }, { outcome: "done" }]);
    assert.deepEqual(Object.fromEntries(packages.installed), { app: "1", lib: "1" });
  });

  it("latest: an older one is replaced, irreversibly; the newest is left alone", async () => {
    const packages = new Packages();
    packages.offered.set("lib", ["2"]);
    packages.installed.set("lib", "1").set("app", "1");
    const { plugin, ctx, actions } = await planned(packages, [
      whole("latest", "packages", "lib"),
      whole("latest", "packages", "app"),
    ]);
    assert.deepEqual(
      actions.map(({ key, verb, risk, undo }) => ({ key, verb, risk, undo })),
      [{ key: "lib", verb: "update", risk: "irreversible", undo: "none" }],
    );
    await plugin.apply(ctx, actions);
    assert.equal(packages.installed.get("lib"), "2");
  });

  it("a failed transaction is told with the service's text and repaired once", async () => {
    const packages = new Packages();
    const { plugin, ctx, actions } = await planned(packages, [whole("create", "packages", "broken")]);
    packages.bus.sent.length = 0;
    assert.deepEqual(await plugin.apply(ctx, actions), [
      { outcome: "failed", reason: "postinst failed", meaning: "failed" },
    ]);
    assert.deepEqual(
      packages.bus.sent.filter((line) => /^(Install|Repair)/.test(line)),
      ['Install 2 ["broken;1"]', "Repair"],
    );
  });

  it("of a failed transaction, what is there is done, and what is there half is cleared away", async () => {
    const packages = new Packages();
    const { plugin, ctx, actions } = await planned(packages, [
      whole("create", "packages", "broken"),
      whole("create", "packages", "app"),
    ]);
    assert.deepEqual(
      (await plugin.apply(ctx, actions)).map(({ outcome }) => outcome),
      ["failed", "done"],
    );
    assert.deepEqual([...packages.half], ["broken"]);
    assert.deepEqual(await plugin.undo(ctx, actions), [{ outcome: "done" }, { outcome: "done" }]);
    assert.deepEqual([[...packages.half], [...packages.installed.keys()]], [[], []]);
  });

  it("what can be neither finished nor removed is told, and the rest is put back without it", async () => {
    const packages = new Packages();
    const { plugin, ctx, actions } = await planned(packages, [
      whole("create", "packages", "stuck"),
      whole("create", "packages", "app"),
    ]);
    await plugin.apply(ctx, actions);
    assert.deepEqual(await plugin.undo(ctx, actions), [
      { outcome: "failed", reason: "prerm failed", meaning: "failed" },
      { outcome: "done" },
    ]);
    assert.deepEqual([[...packages.half], [...packages.installed.keys()]], [["stuck"], []]);
  });

  const refusals: readonly (readonly [code: number, text: string, fault: string, message: RegExp])[] = [
    [13, "unmet:\n  app needs nowhere\n", "OPD6067", /would fail: unmet: app needs nowhere$/],
    [26, "locked", "OPD6064", /locked/],
    [48, "not you", "OPD6066", /not you/],
    [4, "internal", "OPD6060", /internal/],
  ];
  for (const [code, text, fault, message] of refusals) {
    it(`a rehearsal that ends with error ${code} is ${fault}`, async () => {
      const packages = new Packages();
      packages.refused.set("app", [code, text]);
      const refused = await planned(packages, [whole("create", "packages", "app")]).then(
        ({ faults: found }) => found[0],
        (error: unknown) => error as { code: string; message: string },
      );
      assert.equal(refused?.code, fault);
      assert.match(refused?.message ?? "", message);
    });
  }

  it("of many that are refused together, the one that is refused alone is named", async () => {
    const packages = new Packages();
    packages.refused.set("app", [13, "app needs nowhere"]);
    const { plugin, ctx } = await planned(packages, []);
    const observed = await plugin.observe(ctx, items("packages", ["lib", "app"]));
    const { faults: found } = await plugin.plan(ctx, observed, [
      whole("create", "packages", "lib", { version: "1" }),
      whole("create", "packages", "app"),
    ]);
    assert.deepEqual(
      found.map(({ code, address }) => [code, address]),
      [["OPD6067", "pk:packages/app"]],
    );
  });

  it("removing what is offered only otherwise has no way back", async () => {
    const packages = new Packages();
    packages.installed.set("lib", "1").set("app", "1");
    packages.offered.set("lib", ["2"]);
    const { actions } = await planned(packages, [
      whole("delete", "packages", "lib"),
      whole("delete", "packages", "app"),
    ]);
    assert.deepEqual(
      actions.map(({ key, undo, risk }) => [key, undo, risk]),
      [
        ["lib", "none", "irreversible"],
        ["app", "compensate", "needs-confirm"],
      ],
    );
  });

  it("a service that leaves ends the flow; the machine tells what was done", async () => {
    const packages = new Packages();
    const { plugin, ctx, actions } = await planned(packages, [
      whole("create", "packages", "lib", { version: "2" }),
    ]);
    const emit = packages.bus.emit.bind(packages.bus);
    packages.bus.emit = (path, name, member, ...rest) => {
      if (
        member === "Finished" &&
        packages.installed.has("lib") &&
        packages.bus.sent.at(-1)?.startsWith("Install")
      )
        packages.bus.vanish("org.example.Pk");
      else emit(path, name, member, ...rest);
    };
    assert.deepEqual(await plugin.apply(ctx, actions), [{ outcome: "done" }]);
  });
});

describe("a transaction without an end to its rows", () => {
  /** Rows instead of the end of a transaction, until nobody listens any more. */
  function endless(packages: Packages, row: readonly [info: number, id: string], count: number): void {
    const emit = packages.bus.emit.bind(packages.bus);
    const rows = Array.from({ length: count }, () => row);
    packages.bus.emit = (path, name, member, ...rest) => {
      if (member !== "Finished") return emit(path, name, member, ...rest);
      for (let sent = 0; sent <= 500_000; sent += 1000) emit(path, name, "Packages", "a(us)", [rows]);
    };
  }
  for (const [what, row, count] of [
    ["many rows", [2, "x;1"], 1000],
    ["long rows", [2, `${"x".repeat(1 << 18)};1`], 1],
  ] as const) {
    it(`${what}: a reading is given up with its reason, an action is for the next reading to judge`, async () => {
      const packages = new Packages();
      const plugin = pluginOf(PACKAGES);
      const ctx = scriptedContext(packages.bus);
      const change = whole("create", "packages", "lib", { version: "2" });
      const observed = await plugin.observe(ctx, items("packages", ["lib"]));
      const { actions } = await plugin.plan(ctx, observed, [change]);
      endless(packages, row, count);
      await assert.rejects(plugin.observe(ctx, items("packages", "all")), { code: "OPD6053" });
      const [outcome] = await plugin.apply(ctx, actions);
      assert.equal(outcome?.outcome, "unknown", JSON.stringify(outcome));
      assert.equal(packages.bus.matches, 0, "no match rule is left");
    });
  }
});

describe("a transaction that does not end", () => {
  const hanging: readonly {
    name: string;
    allow: boolean;
    stops: boolean;
    sent: readonly string[];
    outcome: object;
  }[] = [
    {
      name: "is asked to stop while it may be, and says so",
      allow: true,
      stops: true,
      sent: ['Install 2 ["lib;2"]', 'Get "org.example.Pk.Transaction" "AllowCancel"', "Cancel"],
      outcome: { outcome: "failed", reason: "3", meaning: "failed" },
    },
    {
      name: "is asked to stop, and its silence is unknown",
      allow: true,
      stops: false,
      sent: ['Install 2 ["lib;2"]', 'Get "org.example.Pk.Transaction" "AllowCancel"', "Cancel"],
      outcome: { outcome: "unknown", reason: "no end before the deadline" },
    },
    {
      name: "is never stopped past the point of no return",
      allow: false,
      stops: false,
      sent: ['Install 2 ["lib;2"]', 'Get "org.example.Pk.Transaction" "AllowCancel"'],
      outcome: { outcome: "unknown", reason: "no end before the deadline" },
    },
  ];
  for (const { name, allow, stops, sent, outcome } of hanging) {
    it(name, async () => {
      const packages = new Packages();
      const { bus } = packages;
      // Time passes at once, but only for a flow that nothing else ends.
      const clock = { wallMs: () => 0, monotonicMs: () => 0, sleep: hangsOnly(() => bus.sent.at(-1) ?? "") };
      const plugin = pluginOf(PACKAGES.replace(/^repair = .*$/m, ""));
      const ctx = scriptedContext(bus, { clock });
      const observed = await plugin.observe(ctx, items("packages", ["lib"]));
      const { actions } = await plugin.plan(ctx, observed, [
        whole("create", "packages", "lib", { version: "2" }),
      ]);
      bus.sent.length = 0;
      const call = bus.call.bind(bus);
      bus.call = async (message) => {
        const object = bus.objects.get(message.path);
        if (message.member === "Install" && object !== undefined) {
          const methods = {
            ...object.methods,
            Install: () => ok(),
            Cancel: () => (stops ? ended(message.path) : ok()),
          };
          bus.objects.set(message.path, {
            ...object,
            properties: { AllowCancel: new Variant("b", allow) },
            methods,
          });
        }
        return call(message);
      };
      const ended = (path: string): Answer => {
        bus.emit(path, "org.example.Pk.Transaction", "Finished", "u", [3]);
        return ok();
      };
      assert.deepEqual(await plugin.apply(ctx, actions), [outcome]);
      const flow = bus.sent.slice(bus.sent.indexOf('Install 2 ["lib;2"]'));
      assert.deepEqual(flow.slice(0, sent.length), sent);
      assert.equal(flow.filter((line) => line === "Cancel").length, sent.includes("Cancel") ? 1 : 0);
    });
  }
});

/** A sleep that is over at once when the last call was one that hangs, and never otherwise. */
function hangsOnly(last: () => string): (ms: number, signal?: AbortSignal) => Promise<void> {
  return (_ms, signal) =>
    new Promise((resolve) => {
      signal?.addEventListener("abort", () => resolve(), { once: true });
      setImmediate(() => {
        if (/^(Install 2|Cancel)/.test(last())) resolve();
      });
    });
}
