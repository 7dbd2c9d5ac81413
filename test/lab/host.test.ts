// Host names, machine info, time zone and locale of a booted machine, through its own hostnamed, timedated and localed.
// What they did is read from the files that they write.

import assert from "node:assert/strict";
import { readlinkSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { capture } from "./capture.ts";
import { boot, ends, labSkip, type Machine } from "./machine.ts";

const toml = (plugin: string, ...lines: readonly string[]): string =>
  ["version = 1", `[plugins.${plugin}]`, ...lines, ""].join("\n");

interface Case {
  readonly name: string;
  readonly document: string;
  /** A fact of the machine's files, and what it is afterwards. */
  readonly fact: (machine: Machine) => string;
  readonly after: string;
  /** LocalRTC asks first. */
  readonly approve?: string;
}

const info = (machine: Machine, key: string): string =>
  new RegExp(`^${key}=(.*)$`, "m").exec(machine.read("etc/machine-info"))?.[1]?.replaceAll('"', "") ?? "";
const zone = (machine: Machine): string =>
  readlinkSync(join(machine.root, "etc/localtime")).replace(/^.*zoneinfo\//, "");
const locale = (machine: Machine): string => machine.read("etc/default/locale").trim();

const cases: readonly Case[] = [
  {
    name: "static host name",
    document: toml("hostname1", 'StaticHostname = "web-1"'),
    fact: (machine) => machine.read("etc/hostname").trim(),
    after: "web-1",
  },
  {
    name: "pretty host name, in any script",
    document: toml("hostname1", 'PrettyHostname = "Erster Webserver „eins“"'),
    fact: (machine) => info(machine, "PRETTY_HOSTNAME"),
    after: "Erster Webserver „eins“",
  },
  {
    name: "chassis",
    document: toml("hostname1", 'Chassis = "server"'),
    fact: (machine) => info(machine, "CHASSIS"),
    after: "server",
  },
  {
    name: "deployment and location in one document",
    document: toml("hostname1", 'Deployment = "staging"', 'Location = "Rack 4"'),
    fact: (machine) => `${info(machine, "DEPLOYMENT")} ${info(machine, "LOCATION")}`,
    after: "staging Rack 4",
  },
  {
    name: "time zone",
    document: toml("timedate1", 'Timezone = "Europe/Paris"'),
    fact: zone,
    after: "Europe/Paris",
  },
  {
    name: "hardware clock in local time",
    document: toml("timedate1", "LocalRTC = true"),
    fact: (machine) => machine.read("etc/adjtime").trim().split("\n").at(-1)!,
    after: "LOCAL",
    approve: "--auto-approve",
  },
  {
    name: "locale",
    document: toml("locale1", 'Locale = { LANG = "C.UTF-8", LC_TIME = "POSIX" }'),
    fact: (machine) => locale(machine).split("\n").toSorted().join(" "),
    after: "LANG=C.UTF-8 LC_TIME=POSIX",
  },
];

describe("host, time zone, locale", { skip: labSkip }, () => {
  let machine: Machine;
  before(() => {
    machine = boot("host");
    // Machines start without a locale, and localed answers a request to unset it with success and does nothing.
    assert.equal(machine.exec("localectl", "set-locale", "LANG=C.UTF-8").status, 0);
  });
  after(() => machine[Symbol.asyncDispose]());

  for (const { name, document, fact, after: wanted, approve } of cases) {
    test(`${name}: plan 2, apply 0, plan 0, verify 0`, () => {
      const file = machine.document("wish.toml", document);
      const planned = ["plan", "--detailed-exitcode", file];
      ends(machine.op(planned), 2);
      ends(machine.op(["verify", file]), 2);
      ends(machine.op(["apply", ...(approve === undefined ? [] : [approve]), file]), 0);
      assert.equal(fact(machine), wanted);
      ends(machine.op(planned), 0);
      ends(machine.op(["verify", file]), 0);
    });
  }

  test("without a terminal a change that needs a yes ends with 10, and nothing is done", () => {
    ends(machine.op(["apply", machine.document("rtc.toml", toml("timedate1", "LocalRTC = false"))]), 10);
    assert.match(machine.read("etc/adjtime"), /LOCAL/);
  });

  const refused: readonly (readonly [string, string, RegExp])[] = [
    ["a zone that is not installed", toml("timedate1", 'Timezone = "Europe/Pariss"'), /Europe\/Paris\b/],
    ["a host name with a blank", toml("hostname1", 'StaticHostname = "web 1"'), /StaticHostname/],
    ["a chassis nobody makes", toml("hostname1", 'Chassis = "toaster"'), /Chassis/],
    ["a field with a slip", toml("hostname1", 'PretyHostname = "x"'), /PrettyHostname/],
  ];
  for (const [name, document, says] of refused) {
    test(`${name}: 65 before anything is sent`, async () => {
      const file = machine.document("wrong.toml", document);
      const calls = await capture(machine, async () => {
        const { stderr } = ends(machine.op(["apply", file]), 65);
        assert.match(stderr, says);
        assert.match(stderr, /wrong\.toml:3:/, "the line of the document");
      });
      assert.ok(calls.length > 0, "the capture saw the reads");
      assert.deepEqual(
        calls.filter(({ member }) => member.startsWith("Set")),
        [],
      );
    });
  }

  test("a locale that cannot be made: 3, and the old one is back", () => {
    const before = locale(machine);
    const file = machine.document("wrong.toml", toml("locale1", 'Locale = { LANG = "xx_YY.UTF-8" }'));
    const { stderr } = ends(machine.op(["apply", file]), 3);
    assert.match(stderr, /as before/);
    assert.equal(locale(machine), before);
  });

  test("a locale that localed shortens is told, and the old one is back", () => {
    const before = locale(machine);
    const wish = toml("locale1", 'Locale = { LANG = "C.UTF-8", LC_TIME = "C.UTF-8" }');
    const { stderr } = ends(
      machine.op(["apply", "--verify-timeout", "1", machine.document("double.toml", wish)]),
      3,
    );
    assert.match(stderr, /locale1:Locale/);
    assert.equal(locale(machine), before);
  });

  test("two services in one document, the second fails: the first is put back", () => {
    const before = machine.read("etc/hostname");
    const document = `${toml("hostname1", 'StaticHostname = "web-2"')}[plugins.locale1]\nLocale = { LANG = "xx_YY.UTF-8" }\n`;
    ends(machine.op(["apply", machine.document("both.toml", document)]), 3);
    assert.equal(machine.read("etc/hostname"), before);
  });
});
