// Discovery of a booted machine against busctl's own: the same names, the same objects. Then every bus name there,
// whatever it is: it answers a query, and what was read, given back, is no change.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { connect, readGuard } from "../../src/host/dbus/dbus.ts";
import { generatedPlugin } from "../../src/plugin/generated/generated.ts";
import { writeJson } from "../../src/base/text/text.ts";
import { bindDocument, makePlan, parseDocument, queryDocument } from "../../src/state/state.ts";
import { contextFor } from "../support/plugin-context.ts";
import { boot, ends, labSkip, type Machine } from "./machine.ts";

/** Activatable, but its unit has a condition that no container fulfils: it never comes. */
const NEVER_COMES = "org.freedesktop.timesync1";
/** Limits itself to one process of its user, and users are counted over all machines that run at the same time. */
const MAY_NOT_COME = "org.freedesktop.RealtimeKit1";

interface Discovery {
  readonly names: readonly {
    readonly name: string;
    readonly running: boolean;
    readonly objects: readonly { readonly path: string }[];
  }[];
}

describe("discovery", { skip: labSkip }, () => {
  let machine: Machine;
  before(() => void (machine = boot("discover")));
  after(() => machine[Symbol.asyncDispose]());

  const busctl = (...args: readonly string[]): string =>
    String(spawnSync("busctl", [`--address=${machine.address}`, ...args], { encoding: "utf8" }).stdout);
  /** Well-known names of one kind. */
  const listed = (kind: "--acquired" | "--activatable"): readonly string[] =>
    (JSON.parse(busctl("--json=short", "list", kind)) as { name: string }[])
      .map(({ name }) => name)
      .filter((name) => !name.startsWith(":"))
      .toSorted();
  const discovered = (...flags: readonly string[]): Discovery =>
    JSON.parse(ends(machine.op(["discover", "--json", ...flags]), 0).stdout) as Discovery;
  function sameObjects({ names }: Discovery): void {
    for (const { name, running, objects } of names) {
      if (!running) continue;
      const paths = busctl("tree", "--list", name)
        .split("\n")
        .filter((path) => path !== "");
      assert.deepEqual(objects.map(({ path }) => path).toSorted(), paths.toSorted(), name);
    }
  }

  test("names and objects are those of busctl, and nothing was started", () => {
    const running = listed("--acquired");
    const found = discovered();
    assert.deepEqual(listed("--acquired"), running);
    assert.deepEqual(
      found.names
        .filter((name) => name.running)
        .map(({ name }) => name)
        .toSorted(),
      running,
    );
    assert.deepEqual(
      found.names.map(({ name }) => name).toSorted(),
      [...new Set([...running, ...listed("--activatable")])].toSorted(),
    );
    sameObjects(found);
  });

  test("with --activate the same, and all that can be started runs", () => {
    const found = discovered("--activate");
    const away = found.names.filter(({ running }) => !running).map(({ name }) => name);
    assert.deepEqual(
      away.filter((name) => name !== MAY_NOT_COME),
      [NEVER_COMES],
    );
    // Starting made jobs and units that come and go, and services may leave again: compared is what stands now.
    const { names } = discovered();
    const still = new Set(listed("--acquired"));
    sameObjects({ names: names.filter(({ name }) => still.has(name)) });
  });

  test("every name answers a query, and what it says is no change", async (t) => {
    const plugins = pluginsByService(discovered());
    assert.ok(plugins.size >= 28, String(plugins.size));
    for (const [service, plugin] of plugins) {
      await t.test(service, () => {
        const queried = machine.op(["query", plugin]);
        const comes = service !== NEVER_COMES && !(service === MAY_NOT_COME && queried.status === 75);
        const { stdout } = ends(queried, comes ? 0 : 75);
        const { plugins: read, _unknown = [] } = JSON.parse(stdout) as {
          plugins: Record<string, unknown>;
          _unknown?: { address: string; reason: string }[];
        };
        for (const { address, reason } of _unknown) {
          assert.ok(address.startsWith(plugin), address);
          assert.notEqual(reason, "");
        }
        if (!comes) assert.deepEqual([read, _unknown.length], [{}, 1]);
        let planned = machine.op(["plan", "--detailed-exitcode", "-"], { input: stdout });
        // A service that left for want of work in between is a change of its unit: asked again until the machine rests.
        for (let again = 0; again < 5 && planned.status === 2; again++) {
          const input = machine.op(["query", plugin]).stdout;
          planned = machine.op(["plan", "--detailed-exitcode", "-"], { input });
        }
        assert.match(ends(planned, 0).stdout, /^No changes/m);
      });
    }
  });

  /** Plugin of each service: the one a folder has, else the generated one. */
  function pluginsByService({ names }: Discovery): ReadonlyMap<string, string> {
    const all = names.map(({ name }) => name);
    const { plugins } = JSON.parse(ends(machine.op(["plugin", "list", "--json"]), 0).stdout) as {
      plugins: { name: string; services: string[] }[];
    };
    const mapped = new Map(plugins.map(({ name, services }) => [services[0]!, name]));
    return new Map(all.map((name) => [name, mapped.get(name) ?? name.split(".").at(-1)!.toLowerCase()]));
  }

  test("so does a generated plugin where a mapping would be used, on a connection that can only read", async (t) => {
    await using bus = await connect({ address: machine.address, guard: readGuard([]) });
    const ctx = contextFor(bus);
    for (const { name: service } of discovered().names) {
      if (service === NEVER_COMES || service === MAY_NOT_COME) continue;
      await t.test(service, async () => {
        const plugin = generatedPlugin({ name: "it", service, bus: "system" });
        const plugins = new Map([["it", plugin]]);
        const schema = await plugin.schema(ctx);
        const schemas = new Map([["it", schema]]);
        const everything = new Map(
          [...schema.resources.keys()].map((name) => [name, { keys: "all", fields: "all" } as const]),
        );
        const observed = await plugin.observe(ctx, { self: "all", resources: everything });
        const text = writeJson(queryDocument(new Map([["it", observed]]), schemas));
        const sources = [{ file: "it.json", format: "json", text } as const];
        const { raw, faults } = parseDocument(sources);
        assert.deepEqual(faults, []);
        const bound = bindDocument(raw!, schemas, sources, ["it"]);
        assert.deepEqual(bound.faults, []);
        const { plan, faults: wrong } = await makePlan({
          document: bound.document!,
          plugins,
          contextOf: () => ctx,
          schemas,
        });
        assert.deepEqual(wrong, []);
        assert.deepEqual(plan!.actions, []);
      });
    }
  });
});
