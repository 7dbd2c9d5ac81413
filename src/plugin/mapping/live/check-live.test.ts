// Shipped mappings against recorded introspection of the real services: nothing is wrong, and what is made wrong on either
// side is found, with its place and the nearest live name.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { recorded, recordedActions, recordedIntrospect } from "../../../../test/support/introspection.ts";
import { checkLive, checkSight, viewOf } from "./check-live.ts";
import type { LiveCheck } from "./live.ts";
import { loadMapping } from "../format/load.ts";
import type { Mapping } from "../model.ts";

type Edit = readonly [from: string, to: string];
type Seen = { readonly place: string } | { readonly flow: string };

const MAPPINGS = new URL("../../../../mappings/", import.meta.url);
const ACTIONS = recordedActions();

/** Objects that exist per item or transaction: where they are seen, and the recorded file. */
const SIGHTS: Readonly<Record<string, readonly (readonly [Seen, string])[]>> = {
  "org.fedoraproject.FirewallD1": [[{ place: "kept" }, "config-zone"]],
  "org.freedesktop.Accounts": [[{ place: "user" }, "user"]],
  "org.freedesktop.NetworkManager": [
    [{ place: "connection" }, "connection"],
    [{ place: "active" }, "active"],
  ],
  "org.freedesktop.PackageKit": [[{ flow: "transaction" }, "transaction"]],
  "org.freedesktop.UPower": [[{ place: "device" }, "device"]],
  "org.freedesktop.systemd1": [
    [{ place: "unit" }, "unit-service"],
    [{ place: "unit" }, "unit-slice"],
    [{ place: "unit" }, "unit-target"],
  ],
};

function edited(text: string, edit: Edit | undefined): string {
  if (edit === undefined) return text;
  assert.ok(text.includes(edit[0]), `nothing to edit: ${edit[0]}`);
  return text.replace(edit[0], edit[1]);
}

function mappingOf(service: string, edit?: Edit): Mapping {
  const text = edited(readFileSync(new URL(`${service}/mapping.toml`, MAPPINGS), "utf8"), edit);
  const { mapping, faults } = loadMapping("m.toml", text);
  assert.ok(mapping, faults.map(({ message }) => message).join("\n"));
  return mapping;
}

function said({ faults }: LiveCheck): readonly string[] {
  return faults.map(
    ({ at, message, hint }) => `${at?.line} ${message}${hint === undefined ? "" : ` | ${hint}`}`,
  );
}

test("no shipped mapping has a fault against its service, nor against its objects", async () => {
  for (const service of readdirSync(MAPPINGS)) {
    const mapping = mappingOf(service);
    assert.deepEqual(said(await checkLive(mapping, recordedIntrospect(), ACTIONS)), [], service);
    const view = await viewOf(mapping, recordedIntrospect(), ACTIONS);
    for (const [seen, file] of SIGHTS[service] ?? []) {
      assert.deepEqual(
        said(checkSight(mapping, view, seen, recorded(service, file))),
        [],
        `${service} ${file}`,
      );
    }
  }
});

test("what exists per item is unproven until it is seen, and a target lacks what a service has", async () => {
  const mapping = mappingOf("org.freedesktop.systemd1");
  const view = await viewOf(mapping, recordedIntrospect(), ACTIONS);
  const { unproven } = await checkLive(mapping, recordedIntrospect(), ACTIONS);
  assert.deepEqual(unproven, ["[at.unit] of org.freedesktop.systemd1: no such object has been seen yet"]);
  const service = checkSight(mapping, view, { place: "unit" }, recorded(mapping.service, "unit-service"));
  assert.deepEqual([service.unproven, service.lacking], [[], []]);
  const target = checkSight(mapping, view, { place: "unit" }, recorded(mapping.service, "unit-target"));
  assert.deepEqual(target.lacking.slice(0, 2), ["property MemoryMax", "property MemoryHigh"]);
});

test("an unreachable service is told once for each place", async () => {
  const { faults, perResource } = await checkLive(
    mappingOf("org.freedesktop.timedate1"),
    async () => null,
    null,
  );
  assert.match(faults[0]?.message ?? "", /has no object \/org\/freedesktop\/timedate1/);
  assert.ok(perResource.has(null));
});

interface Case {
  readonly title: string;
  readonly service: string;
  /** Changes the mapping. */
  readonly mapping?: Edit;
  /** Changes the service (of a sight: the object that appears). */
  readonly xml?: Edit;
  readonly sight?: readonly [Seen, string];
  readonly faults: readonly string[];
}

const HOSTNAME = "org.freedesktop.hostname1";
const PACKAGES = "org.freedesktop.PackageKit";
const SYSTEMD = "org.freedesktop.systemd1";
const TRANSACTION = [{ flow: "transaction" }, "transaction"] as const;
const USER = [{ place: "user" }, "user"] as const;

const CASES: readonly Case[] = [
  {
    title: "a method renamed in the mapping",
    service: HOSTNAME,
    mapping: ['"SetChassis"', '"SetChasis"'],
    faults: ['18 org.freedesktop.hostname1 has no method "SetChasis" | the service has "SetChassis"'],
  },
  {
    title: "a method renamed by the service",
    service: HOSTNAME,
    xml: ['<method name="SetLocation">', '<method name="SetPlace">'],
    faults: ['20 org.freedesktop.hostname1 has no method "SetLocation"'],
  },
  {
    title: "an argument dropped",
    service: HOSTNAME,
    mapping: [
      '"SetStaticHostname", args = ["$value", "$interactive"]',
      '"SetStaticHostname", args = ["$value"]',
    ],
    faults: ['14 SetStaticHostname takes 2 arguments ("sb"), 1 are given'],
  },
  {
    title: "a literal of another type",
    service: "org.freedesktop.timedate1",
    mapping: ['args = ["$value", false, "$interactive"]', 'args = ["$value", 1, "$interactive"]'],
    faults: ["17 argument 1 (fix_system) of SetLocalRTC: expected true or false, found the number 1"],
  },
  {
    title: "a reference of another type",
    service: "org.freedesktop.timedate1",
    mapping: ['args = ["$value", false, "$interactive"]', 'args = ["$now.Timezone", false, "$interactive"]'],
    faults: ["17 argument 0 (local_rtc) of SetLocalRTC: $now.Timezone is a s, expected b"],
  },
  {
    title: "an unknown field in $now",
    service: "org.freedesktop.timedate1",
    mapping: ['args = ["$value", false, "$interactive"]', 'args = ["$now.LocalRTCC", false, "$interactive"]'],
    faults: ['17 org.freedesktop.timedate1 has no property "LocalRTCC" | the service has "LocalRTC"'],
  },
  {
    title: "a property renamed by the service",
    service: "org.freedesktop.locale1",
    xml: ['name="X11Layout"', 'name="X11Lay"'],
    faults: ['19 org.freedesktop.locale1 has no property "X11Layout" | the service has "X11Lay"'],
  },
  {
    title: "an interface renamed by the service",
    service: "org.freedesktop.timedate1",
    xml: ['<interface name="org.freedesktop.timedate1">', '<interface name="org.freedesktop.timedate2">'],
    faults: [
      '4 /org/freedesktop/timedate1 has no interface org.freedesktop.timedate1 | the service has "org.freedesktop.timedate2"',
    ],
  },
  {
    title: "a property that cannot be set any more",
    service: "org.freedesktop.login1",
    xml: ['name="WallMessage" type="s" access="readwrite"', 'name="WallMessage" type="s" access="read"'],
    faults: [
      '16 field "WallMessage": the property WallMessage cannot be set, so "write = true" is not possible',
    ],
  },
  {
    title: "an action that polkit does not know",
    service: HOSTNAME,
    mapping: ['action = "set-machine-info"', 'action = "set-machine-inf"'],
    faults: [15, 17, 18, 19, 20].map(
      (line) =>
        `${line} polkit knows no action "org.freedesktop.hostname1.set-machine-inf" | the service has "org.freedesktop.hostname1.set-machine-info"`,
    ),
  },
  {
    title: "a value that the type cannot hold",
    service: "org.freedesktop.Accounts",
    sight: USER,
    mapping: ["administrator = 1", 'administrator = "one"'],
    faults: [
      '39 "administrator" of field "AccountType": expected an integer from -2147483648 to 2147483647, found "one"',
    ],
  },
  {
    title: "a signal that is missing",
    service: SYSTEMD,
    xml: ['<signal name="JobRemoved">', '<signal name="JobGone">'],
    faults: ['20 org.freedesktop.systemd1.Manager has no signal "JobRemoved"'],
  },
  {
    title: "an argument of a signal that is missing",
    service: SYSTEMD,
    mapping: ['ok = { 3 = ["done", "skipped"] }', 'ok = { 4 = ["done", "skipped"] }'],
    faults: ['20 "ok" of [flow.job]: JobRemoved has 4 arguments, there is no 4'],
  },
  {
    title: "columns that are too few",
    service: SYSTEMD,
    mapping: ['"job_type", "job_path"]', '"job_type"]'],
    faults: ['39 source "loaded" names 9 columns, but (ssssssouso) has 10'],
  },
  {
    title: "a list that is none",
    service: "org.freedesktop.UPower",
    mapping: ['call = "EnumerateDevices"', 'call = "GetCriticalAction"'],
    faults: ['21 "list" must be a list, $devices is a s'],
  },
  {
    title: "allowed values that are no list",
    service: "org.fedoraproject.FirewallD1",
    mapping: ['check = { in = "$zone_names" }', 'check = { in = "$zone" }'],
    faults: ['32 "in" of field "default_zone" must be a list, $zone is a s'],
  },
  {
    title: "a record that is none",
    service: "org.opensuse.Snapper",
    mapping: ['record = "$item.settings"', 'record = "$item.name"'],
    faults: [
      '19 "record" must be a dict, $item.name is a s',
      "22 argument 1 (data) of SetConfig: $changes is a s, expected a{ss}",
    ],
  },
  {
    title: "a change signal of the service",
    service: "org.freedesktop.Accounts",
    mapping: ["Accounts.UserAdded", "Accounts.UserAddded"],
    faults: ['26 org.freedesktop.Accounts has no signal "UserAddded" | the service has "UserAdded"'],
  },
  {
    title: "a variant whose type nobody gives",
    service: "org.opensuse.Snapper",
    mapping: ['args = ["$key", "$changes"]', 'args = [{ a = 1 }, "$changes"]'],
    faults: ["22 argument 0 (config-name) of SetConfig: expected a s, found a table"],
  },
  {
    title: "a member of a transaction, seen when one is opened",
    service: PACKAGES,
    sight: TRANSACTION,
    mapping: ['call = "InstallPackages"', 'call = "InstallPackage"'],
    faults: [
      '41 org.freedesktop.PackageKit.Transaction has no method "InstallPackage" | the service has "InstallPackages"',
    ],
  },
  {
    title: "the progress property of a transaction",
    service: PACKAGES,
    sight: TRANSACTION,
    xml: ['name="Percentage"', 'name="Percent"'],
    faults: [
      '11 org.freedesktop.PackageKit.Transaction has no property "Percentage" | the service has "Percent"',
    ],
  },
  {
    title: "a column that no row can have",
    service: PACKAGES,
    sight: TRANSACTION,
    mapping: ['Package = ["info", "id", "summary"]', 'Package = ["info", "id"]'],
    faults: ['11 [flow.transaction]: "Package" has 2 columns here, but its arguments are "uss"'],
  },
  {
    title: "an item's property with another type",
    service: "org.freedesktop.Accounts",
    sight: USER,
    xml: ['<property type="b" name="Locked"', '<property type="as" name="Locked"'],
    faults: ["44 argument 0 (locked) of SetLocked: $value is a as, expected b"],
  },
  {
    title: "an item without its interface",
    service: "org.freedesktop.Accounts",
    sight: USER,
    xml: [
      '<interface name="org.freedesktop.Accounts.User">',
      '<interface name="org.freedesktop.Accounts.Person">',
    ],
    faults: [
      '11 no item of this kind has the interface org.freedesktop.Accounts.User | the service has "org.freedesktop.Accounts.Person"',
      '26 there is no signal "Changed" at [at.user]',
    ],
  },
];

test("what is made wrong on either side is found", async () => {
  for (const { title, service, mapping: mappingEdit, xml, sight, faults } of CASES) {
    const mapping = mappingOf(service, mappingEdit);
    const edit = (text: string): string => edited(text, xml);
    if (sight === undefined) {
      assert.deepEqual(said(await checkLive(mapping, recordedIntrospect(edit), ACTIONS)), faults, title);
      continue;
    }
    const view = await viewOf(mapping, recordedIntrospect(), ACTIONS);
    const [seen, file] = sight;
    assert.deepEqual(said(checkSight(mapping, view, seen, recorded(service, file, edit))), faults, title);
  }
});

test("a fault belongs to the resources concerned, one of a flow to all that use it", async () => {
  const mapping = mappingOf("org.freedesktop.NetworkManager", [
    'call = "Enable", args = ["$value"]',
    'call = "Enable"',
  ]);
  const { perResource } = await checkLive(mapping, recordedIntrospect(), ACTIONS);
  assert.deepEqual([...perResource.keys()], [null]);
  const systemd = mappingOf(SYSTEMD, ['signal = "JobRemoved"', 'signal = "JobLost"']);
  const job = await checkLive(systemd, recordedIntrospect(), ACTIONS);
  assert.deepEqual([...job.perResource.keys()], ["units"]);
  const checkpoint = mappingOf("org.freedesktop.NetworkManager", ["[[], ", "["]);
  const native = await checkLive(checkpoint, recordedIntrospect(), ACTIONS);
  assert.deepEqual([native.checkpoint.length, native.perResource.size], [1, 0]);
});
