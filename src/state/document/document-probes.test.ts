// Probes in documents: what is read of them, and every fault with its place.

import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalJson } from "../../base/text/text.ts";
import { sourcesOf, testBadDocuments } from "../../../test/support/bad-document.ts";
import { SCHEMAS } from "../../../test/support/document-schemas.ts";
import { bindDocument } from "./bind.ts";
import { parseDocument, pluginsIn } from "./document.ts";
import { probesFrom, probeValue } from "./probe-plain.ts";
import type { Probe } from "../probe.ts";

const head = "version = 1\n[plugins.hostname1]\n";
const toml = (probes: string): string => `version = 1\nprobes = ${probes}\n[plugins.hostname1]\n`;

function probesOf(text: string): readonly Probe[] {
  const sources = sourcesOf([["a.toml", text]]);
  const { raw, faults } = parseDocument(sources);
  assert.deepEqual(faults, []);
  const bound = bindDocument(raw!, SCHEMAS, sources);
  assert.deepEqual(bound.faults, []);
  return bound.document!.probes;
}

const good: readonly (readonly [probe: string, about: string, withinMs: number])[] = [
  ['{ tcp = "127.0.0.1:22" }', "tcp 127.0.0.1:22", 10_000],
  ['{ tcp = "[::1]:443", within_s = 5 }', "tcp [::1]:443", 5_000],
  ['{ tcp = "db.example.org:5432", within_s = 0.5 }', "tcp db.example.org:5432", 500],
  ['{ dns = "localhost" }', "dns localhost", 10_000],
  ['{ unit = "ssh.service" }', "unit ssh.service", 10_000],
  ['{ unit = "dev-sda\\\\x20b.device", within_s = 600 }', "unit dev-sda\\x20b.device", 600_000],
  ['{ value = "hostname1:Chassis", is = "vm" }', "value hostname1:Chassis", 10_000],
  ['{ command = ["/usr/bin/test", "-e", "/a b"] }', 'command /usr/bin/test -e "/a b"', 10_000],
];
for (const [probe, about, withinMs] of good) {
  test(`probe: ${about} within ${withinMs} ms`, () => {
    const [read] = probesOf(toml(`[${probe}]`));
    assert.deepEqual([read?.about, read?.withinMs, read?.at.line], [about, withinMs, 2]);
    const again = probesFrom([probeValue(read!)]);
    assert.deepEqual(
      JSON.parse(canonicalJson(probeValue(again[0]!))),
      JSON.parse(canonicalJson(probeValue(read!))),
    );
    assert.deepEqual(
      [again[0]?.kind, again[0]?.withinMs, again[0]?.at.file],
      [read?.kind, withinMs, "a.toml"],
    );
  });
}

test("probes of several files come one after the other; a document without any has none", () => {
  const sources = sourcesOf([
    ["a.toml", toml('[{ dns = "a" }]')],
    [
      "b.toml",
      `${head}[[probes]]\ndns = "b"\n[[probes]]\nunit = "c.service"\n`.replace(
        "[plugins.hostname1]\n",
        "[plugins]\n",
      ),
    ],
  ]);
  const { raw, faults } = parseDocument(sources);
  assert.deepEqual(faults, []);
  assert.deepEqual(
    raw?.probes.map(({ about }) => about),
    ["dns a", "dns b", "unit c.service"],
  );
  assert.deepEqual(probesOf(head), []);
});

test("a plugin that only a probe asks is one the document needs", () => {
  const text = toml('[{ value = "locale1:Locale", is = {} }]');
  const { raw } = parseDocument(sourcesOf([["a.toml", text]]));
  assert.deepEqual(pluginsIn(raw!), ["hostname1", "locale1"]);
});

const exactlyOne = "a probe has exactly one of value, unit, tcp, dns, command; this one has";
const bad = (name: string, probe: string, ...faults: readonly string[]) =>
  [name, [["a.toml", toml(`[${probe}]`)]], faults.map((fault) => `a.toml:2:${fault}`)] as const;
testBadDocuments([
  ["no list", [["a.toml", toml("1")]], ["a.toml:2:10 OPD2130 probes is a list of tables, this is a number"]],
  bad("no table", '"x"', "11 OPD2130 a probe is a table, this is a text"),
  bad("nothing asked", "{ within_s = 1 }", `11 OPD2130 ${exactlyOne} none`),
  bad("two kinds", '{ dns = "a", tcp = "a:1" }', `11 OPD2130 ${exactlyOne} tcp and dns`),
  bad("a slip", '{ dns = "a", within = 3 }', '24 OPD2130 a probe has no "within" ? did you mean "within_s"?'),
  bad(
    "a port beyond",
    '{ tcp = "a:70000" }',
    '19 OPD2130 tcp is HOST:PORT, as in "127.0.0.1:22" or "[::1]:22"',
  ),
  bad("no port", '{ tcp = "a" }', '19 OPD2130 tcp is HOST:PORT, as in "127.0.0.1:22" or "[::1]:22"'),
  bad("no host name", '{ dns = "a b" }', "19 OPD2130 dns is the name of a host"),
  bad(
    "a unit without suffix",
    '{ unit = "ssh" }',
    '20 OPD2130 a unit is named with its suffix, as in "ssh.service"',
  ),
  bad(
    "a path that climbs",
    '{ command = ["/usr/../bin/x"] }',
    "23 OPD2130 the program is an absolute path without . and ..",
  ),
  bad(
    "a relative program",
    '{ command = ["test"] }',
    "23 OPD2130 the program is an absolute path without . and ..",
  ),
  bad(
    "a shell line",
    '{ command = "test -e /x" }',
    "23 OPD2130 command is a list of texts: an absolute path and its arguments",
  ),
  bad(
    "an empty command",
    "{ command = [] }",
    "23 OPD2130 command is a list of texts: an absolute path and its arguments",
  ),
  bad(
    "no time",
    '{ dns = "a", within_s = 0 }',
    "35 OPD2130 within_s is a number of seconds, more than 0 and at most 600",
  ),
  bad(
    "too long",
    '{ dns = "a", within_s = 601 }',
    "35 OPD2130 within_s is a number of seconds, more than 0 and at most 600",
  ),
  bad("is without value", '{ dns = "a", is = 1 }', "24 OPD2130 `is` belongs to a probe of a value"),
  bad(
    "value without is",
    '{ value = "hostname1:Chassis" }',
    "11 OPD2130 a probe of a value says what it `is`",
  ),
  bad("no field", '{ value = "hostname1", is = 1 }', '21 OPD2130 "hostname1" names no field'),
  bad(
    "a field that is not there",
    '{ value = "hostname1:Chasis", is = "vm" }',
    '11 OPD2004 hostname1 has nothing at hostname1:Chasis @ hostname1:Chasis ? did you mean "Chassis"?',
  ),
  bad(
    "a value that never is",
    '{ value = "hostname1:Chassis", is = "lap" }',
    "11 OPD2005 expected one of desktop, laptop, server, vm @ hostname1:Chassis ? did you mean desktop?",
  ),
  bad(
    "no such plugin",
    '{ value = "hostname2:Chassis", is = "vm" }',
    '11 OPD2003 no plugin "hostname2" here @ hostname2:Chassis ? did you mean "hostname1"?',
  ),
]);
