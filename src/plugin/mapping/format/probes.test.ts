// What the read-only connection lets through for a mapping, and what of it needs a yes.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { loadMapping } from "./load.ts";
import { needsApproval, probesOf, readsByName } from "./probes.ts";

function probes(service: string): readonly string[] {
  const file = new URL(`../../../../mappings/${service}/mapping.toml`, import.meta.url);
  const { mapping } = loadMapping("m.toml", readFileSync(file, "utf8"));
  assert.ok(mapping);
  const approve = new Set(needsApproval(mapping).map(({ member }) => member));
  return probesOf(mapping).map(({ member, args }) => {
    const given = [...(args ?? [])].map(([at, value]) => `${at}=${JSON.stringify(value)}`);
    return `${approve.has(member) ? "! " : ""}${member}(${given.join(" ")})`;
  });
}

test("sources, the parts of flows, and rehearsals only with the arguments that make them one", () => {
  assert.deepEqual(probes("org.freedesktop.PackageKit"), [
    "GetPackages()",
    "Resolve()",
    "! InstallPackages(0=6)",
    "! RemovePackages(0=4 2=false 3=false)",
    "! CreateTransaction()",
    '! SetHints(0=["supports-plural-signals=true"])',
  ]);
  assert.deepEqual(probes("org.freedesktop.systemd1"), ["ListUnits()", "LoadUnit()", "! Subscribe()"]);
  assert.deepEqual(probes("org.freedesktop.hostname1"), []);
});

test("a name promises a read by its first word", () => {
  for (const name of [
    "Get",
    "GetAll",
    "getZones",
    "list_units",
    "ListUnits",
    "FindUserByName",
    "Resolve",
    "LoadUnit",
  ]) {
    assert.equal(readsByName(name), true, name);
  }
  for (const name of [
    "Listen",
    "Getaway",
    "Loader",
    "SetX",
    "Cancel",
    "Reset",
    "Forget",
    "ForgetList",
    "",
    "_Get",
  ]) {
    assert.equal(readsByName(name), false, name);
  }
});
