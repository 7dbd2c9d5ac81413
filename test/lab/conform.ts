// Runs the conformance suite on every shipped mapping against the bus it is given, and prints one JSON line a mapping. A
// program of its own, because NetworkManager listens only to callers of the machine's own PID namespace.
//
//   conform.ts ADDRESS     prints {"mapping", "checks": [{"name", "problems"}]} or {"mapping", "error"}

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { connect } from "../../src/host/dbus/dbus.ts";
import { loadMapping, mappedPlugin } from "../../src/plugin/mapping/mapping.ts";
import type { Change, Observed, Scope } from "../../src/plugin/plugin.ts";
import { conformance, type Harness } from "../support/conformance.ts";
import { contextFor } from "../support/plugin-context.ts";

const MAPPINGS = join(import.meta.dirname, "../../mappings");
const UNIT = "avahi-daemon.service";

interface Case {
  readonly scope?: Scope;
  readonly volatile?: readonly string[];
  /** [resource, key, field, value]: changed, looked at, and undone. */
  readonly changes?: readonly (readonly [string | null, string | null, string | null, string | boolean])[];
}

/** What a mapping of this machine can be asked beyond being read. */
const CASES: Readonly<Record<string, Case>> = {
  hostname1: {
    changes: [
      [null, null, "PrettyHostname", "Conform"],
      [null, null, "Location", "Rack 4"],
    ],
  },
  timedate1: { volatile: ["TimeUSec", "RTCTimeUSec"], changes: [[null, null, "Timezone", "Europe/Paris"]] },
  locale1: { changes: [[null, null, "X11Layout", "de"]] },
  systemd1: {
    // One unit, and what is written of it: the counters of all units never stand still.
    scope: {
      resources: new Map([["units", { keys: [UNIT], fields: ["active", "enabled", "masked", "CPUWeight"] }]]),
    },
    changes: [
      ["units", UNIT, "active", "inactive"],
      ["units", UNIT, "enabled", false],
    ],
  },
  packagekit: { changes: [["packages", "lab-tiny", null, true]] },
  login1: { changes: [[null, null, "WallMessage", "conform"]] },
  // The daemon remembers that it has once written the account down.
  accounts: { volatile: ["users.Saved"], changes: [["users", "lab", "Email", "lab@example.invalid"]] },
};

async function main(address: string): Promise<void> {
  const bus = await connect({ address });
  for (const service of readdirSync(MAPPINGS).toSorted()) {
    const file = join(MAPPINGS, service, "mapping.toml");
    const { mapping, faults } = loadMapping(file, readFileSync(file, "utf8"));
    if (mapping === null) {
      say({ mapping: service, error: faults.map(({ message }) => message).join("; ") });
      continue;
    }
    const plugin = mappedPlugin(mapping, { source: file });
    try {
      const ctx = contextFor(bus);
      const schema = await plugin.schema(ctx);
      const all = { keys: "all", fields: "all" } as const;
      const scope: Scope = {
        ...(schema.self.size > 0 && { self: "all" as const }),
        resources: new Map([...schema.resources.keys()].map((name) => [name, all])),
      };
      const harness = harnessOf(scope, CASES[plugin.name] ?? {});
      say({ mapping: service, checks: await conformance(plugin, { context: ctx, ...harness }) });
    } catch (error) {
      say({ mapping: service, error: String(error) });
    }
  }
  await bus.close();
}

function harnessOf(scope: Scope, { changes = [], volatile = [], ...own }: Case): Omit<Harness, "context"> {
  return {
    scope: own.scope ?? scope,
    volatile: new Set(volatile),
    changes: (observed) => changes.map((change) => changeOf(observed, change)),
  };
}

function changeOf(
  observed: Observed,
  [resource, key, field, after]: NonNullable<Case["changes"]>[number],
): Change {
  if (field === null) {
    return { resource, key, field, verb: "create", before: null, after, want: new Map(), reset: false };
  }
  const item = resource === null ? observed.self : observed.resources.get(resource)?.items.get(key!);
  const before = item?.fields.get(field) ?? null;
  return {
    resource,
    key,
    field,
    verb: "update",
    before,
    after,
    want: new Map([[field, after]]),
    reset: false,
  };
}

function say(line: unknown): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

await main(process.argv[2]!);
