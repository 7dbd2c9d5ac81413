// Names and values of documents against schemas: what is refused with which words, and what a good document becomes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { LIMITS } from "../../base/limits.ts";
import { faultsOf, sourcesOf, testBadDocuments, type File } from "../../../test/support/bad-document.ts";
import { SCHEMAS } from "../../../test/support/document-schemas.ts";
import { bindDocument } from "./bind.ts";
import { parseDocument } from "./document.ts";
import type { Document } from "../model.ts";

const T = "version = 1\n";

testBadDocuments([
  [
    "unknown plugin",
    [["a.toml", T + '[plugins.hostnam1]\nChassis = "vm"\n[plugins.zfs]\n']],
    [
      'a.toml:2:10 OPD2003 no plugin "hostnam1" here @ hostnam1 ? did you mean "hostname1"?',
      'a.toml:4:10 OPD2003 no plugin "zfs" here @ zfs ? op-dbus plugin list',
    ],
  ],
  [
    "unknown field",
    [["a.toml", T + '[plugins.hostname1]\nStatcHostname = "vm"\nchassis = "vm"\nFoo = 1\n']],
    [
      'a.toml:3:1 OPD2004 hostname1 has no "StatcHostname" @ hostname1:StatcHostname ? did you mean "StaticHostname"?',
      'a.toml:4:1 OPD2004 hostname1 has no "chassis" @ hostname1:chassis ? did you mean "Chassis"?',
      'a.toml:5:1 OPD2004 hostname1 has no "Foo" @ hostname1:Foo ? there are: StaticHostname, PrettyHostname, Chassis, KernelName',
    ],
  ],
  [
    "unknown item field",
    [
      [
        "a.toml",
        T + '[plugins.systemd1.units."nginx.service"]\nactiv = "active"\nfoo = 1\nenabled = "yes"\n',
      ],
    ],
    [
      'a.toml:3:1 OPD2004 units of systemd1 have no "activ" @ systemd1:units/"nginx.service".activ ? did you mean "active"?',
      'a.toml:4:1 OPD2004 units of systemd1 have no "foo" @ systemd1:units/"nginx.service".foo ? there are: active, enabled',
      'a.toml:5:11 OPD2005 enabled: expected true or false, found string @ systemd1:units/"nginx.service".enabled',
    ],
  ],
  [
    "wrong values",
    [["a.toml", T + '[plugins.hostname1]\nChassis = "lap"\nStaticHostname = 5\n']],
    [
      "a.toml:3:11 OPD2005 Chassis: expected one of desktop, laptop, server, vm @ hostname1:Chassis ? did you mean desktop?",
      "a.toml:4:18 OPD2005 StaticHostname: expected a text, found number @ hostname1:StaticHostname",
    ],
  ],
  [
    "section no table",
    [["a.json", '{"version": 1, "plugins": {"hostname1": "x", "packagekit": {"packages": "nginx"}}}']],
    [
      "a.json:1:41 OPD2002 a plugin's section is a table, this is a text @ hostname1",
      "a.json:1:73 OPD2002 packages is a table of items, this is a text @ packagekit:packages ? write [plugins.packagekit.packages] and a line KEY = {} for each",
    ],
  ],
  [
    "item no table",
    [
      [
        "a.json",
        '{"version": 1, "plugins": {"packagekit": {"packages": {"nginx": true, "git": null, "": {}}}}}',
      ],
    ],
    [
      "a.json:1:65 OPD2002 an item is a table, this is true @ packagekit:packages/nginx ? {} asks for it to be there",
      'a.json:1:78 OPD2002 an item is a table, this is null @ packagekit:packages/git ? write ensure = "removed" in it',
      'a.json:1:84 OPD2002 an item of packages needs a key @ packagekit:packages/""',
    ],
  ],
  [
    "ensure",
    [
      [
        "a.toml",
        T +
          '[plugins.packagekit.packages]\na = { ensure = "instaled" }\nb = { ensure = 1 }\nc = { ensure = "removed", version = "1" }\nd = { ensure = "latest", state = "absent" }\n',
      ],
    ],
    [
      'a.toml:3:16 OPD2007 ensure does not know this word @ packagekit:packages/a ? did you mean "installed"?',
      'a.toml:4:16 OPD2007 ensure does not know this word @ packagekit:packages/b ? write "installed", "present", "removed", "absent", "latest"',
      "a.toml:5:37 OPD2007 an item that shall be removed has no fields @ packagekit:packages/c",
      "a.toml:6:26 OPD2006 packagekit:packages/d is asked for something else at a.toml:6:7 @ packagekit:packages/d ? keep one of the two",
    ],
  ],
  [
    "exclusive",
    [
      [
        "a.toml",
        T +
          '[plugins.packagekit.packages]\nexclusive = "yes"\nmax_removals = -1\n[plugins.systemd1.units]\nmax_removals = 3\n',
      ],
    ],
    [
      "a.toml:3:13 OPD2002 exclusive is true or false, this is a text",
      "a.toml:4:16 OPD2002 max_removals is a number of items, 0 or more",
      "a.toml:6:1 OPD2002 max_removals without exclusive = true removes nothing",
    ],
  ],
  [
    "null",
    [
      [
        "a.json",
        '{"version": 1, "plugins": {"hostname1": {"StaticHostname": null, "KernelName": {"reset": true}}}}',
      ],
    ],
    [
      "a.json:1:60 OPD2008 StaticHostname has no default to go back to @ hostname1:StaticHostname ? write the value that it shall have",
      "a.json:1:80 OPD2008 KernelName is read-only: it cannot be reset @ hostname1:KernelName ? leave it out",
    ],
  ],
  [
    "secrets",
    [
      [
        "a.json",
        '{"version": 1, "plugins": {"networkmanager": {"Token": "hunter2", "connections": {"x": {"wifi-security": {"psk": {"secret": "hunter2"}}}}}, "hostname1": {"StaticHostname": {"secret": "env:X"}}}}',
      ],
    ],
    [
      'a.json:1:56 OPD2009 Token is a secret: a document holds only a reference to it [no snippet] @ networkmanager:Token ? write { secret = "env:NAME" }, "file:/PATH" or "credential:NAME"',
      'a.json:1:114 OPD2009 wifi-security.psk is a secret: a document holds only a reference to it [no snippet] @ networkmanager:connections/x.wifi-security.psk ? write { secret = "env:NAME" }, "file:/PATH" or "credential:NAME"',
      "a.json:1:173 OPD2009 StaticHostname is no secret [no snippet] @ hostname1:StaticHostname ? write the value itself",
    ],
  ],
  [
    "list form",
    [["a.json", '{"version": 1, "plugins": {"packagekit": {"packages": ["a", 1, "a", null]}}}']],
    [
      "a.json:1:61 OPD2002 the short list of packages holds keys as texts, this is a number",
      'a.json:1:64 OPD1102 "a" stands twice in the list @ packagekit:packages/a ? it is first at a.json:1:56',
      "a.json:1:69 OPD2002 the short list of packages holds keys as texts, this is null",
    ],
  ],
  [
    "two files, two values",
    [
      ["a.toml", T + '[plugins.hostname1]\nStaticHostname = "a"\n'],
      ["b.json", '{"version": 1,\n "plugins": {"hostname1": {"StaticHostname": "b"}}}'],
    ],
    [
      "b.json:2:46 OPD2006 hostname1:StaticHostname has another value at a.toml:3:18 @ hostname1:StaticHostname ? keep one of the two",
    ],
  ],
  [
    "two files, two wishes for an item",
    [
      [
        "a.toml",
        T + '[plugins.systemd1.units."a.service"]\nenabled = true\n[plugins.packagekit]\npackages = ["a"]\n',
      ],
      [
        "b.json",
        '{"version": 1, "plugins": {"systemd1": {"units": {"a.service": {"enabled": false}}}, "packagekit": {"packages": {"a": {"ensure": "removed"}}}}}',
      ],
    ],
    [
      'b.json:1:76 OPD2006 systemd1:units/"a.service".enabled has another value at a.toml:3:11 @ systemd1:units/"a.service".enabled ? keep one of the two',
      "a.toml:5:13 OPD2006 packagekit:packages/a shall be there, and shall not @ packagekit:packages/a ? it shall be removed at b.json:1:114",
    ],
  ],
  [
    "a name of a record said in two ways",
    [
      [
        "a.toml",
        T + '[plugins.networkmanager.connections.x]\n"ipv4.method" = "auto"\nipv4.method = "manual"\n',
      ],
    ],
    [
      "a.toml:4:15 OPD2006 networkmanager:connections/x.ipv4.method is already given at a.toml:3:17 @ networkmanager:connections/x.ipv4.method ? keep one of the two",
    ],
  ],
  [
    "control and bidirectional characters in names",
    [["a.json", '{"version": 1, "plugins": {"\\u001b[31m": {}, "hostname1": {"\\u202e": 1}}}']],
    [
      'a.json:1:28 OPD2003 no plugin "\\u001b[31m" here @ "\\u001b[31m" ? op-dbus plugin list',
      'a.json:1:60 OPD2004 hostname1 has no "\u{202e}" @ hostname1:"\u{202e}" ? there are: StaticHostname, PrettyHostname, Chassis, KernelName',
    ],
  ],
  [
    "names of prototypes",
    [
      [
        "a.json",
        '{"version": 1, "plugins": {"__proto__": {}, "hostname1": {"__proto__": 1, "constructor": 2}}}',
      ],
    ],
    [
      'a.json:1:28 OPD2003 no plugin "__proto__" here @ __proto__ ? op-dbus plugin list',
      'a.json:1:59 OPD2004 hostname1 has no "__proto__" @ hostname1:__proto__ ? there are: StaticHostname, PrettyHostname, Chassis, KernelName',
      'a.json:1:75 OPD2004 hostname1 has no "constructor" @ hostname1:constructor ? there are: StaticHostname, PrettyHostname, Chassis, KernelName',
    ],
  ],
]);

test("a secret that stands in a document is in no fault", () => {
  const text =
    '{"version": 1, "plugins": {"networkmanager": {"Token": "hunter2"}, "hostname1": {"Chassis": 1}}}';
  const faults = faultsOf([["a.json", text]]);
  assert.equal(faults.length, 2);
  assert.ok(!JSON.stringify(faults).includes("hunter2"));
});

test("a document keeps at most so many faults", () => {
  const fields = Array.from({ length: LIMITS.documentFaultsMax + 5 }, (_, i) => `f${i} = 1\n`).join("");
  const faults = faultsOf([["a.toml", `${T}[plugins.hostname1]\n${fields}`]]);
  assert.equal(faults.length, LIMITS.documentFaultsMax);
});

function bound(...files: readonly File[]): Document {
  const sources = sourcesOf(files);
  const { raw, faults } = parseDocument(sources);
  assert.deepEqual(faults, []);
  assert.ok(raw !== null);
  const { document, faults: more } = bindDocument(raw, SCHEMAS, sources);
  assert.deepEqual(more, []);
  assert.ok(document !== null);
  return document;
}

/** A document on few lines: `plugin:field = value`, `plugin:resource/key ensure`, and the fields of items. */
function told(document: Document): string[] {
  const lines: string[] = [];
  const say = (name: string, { value, reset }: { value: unknown; reset: boolean }): number =>
    lines.push(`${name} = ${JSON.stringify(value)}${reset ? " reset" : ""}`);
  for (const { plugin, self, resources } of document.plugins.values()) {
    for (const [name, wanted] of self) say(`${plugin}:${name}`, wanted);
    for (const [resource, { items, exclusive }] of resources) {
      if (exclusive !== null) lines.push(`${plugin}:${resource} exclusive ${exclusive.maxRemovals}`);
      for (const { key, ensure, ensureSaid, fields } of items.values()) {
        lines.push(`${plugin}:${resource}/${key} ${ensure}${ensureSaid ? " said" : ""}`);
        for (const [name, wanted] of fields) say(`  ${name}`, wanted);
      }
    }
  }
  return lines;
}

test("good documents", () => {
  const table: readonly (readonly [text: string, told: readonly string[]])[] = [
    [
      '[plugins.hostname1]\nStaticHostname = "web-1"\nPrettyHostname = { reset = true }\nKernelName = "Linux"\n_unknown = ["Chassis"]\n',
      [
        'hostname1:StaticHostname = "web-1"',
        'hostname1:PrettyHostname = "" reset',
        'hostname1:KernelName = "Linux"',
      ],
    ],
    [
      '[plugins.packagekit.packages]\na = {}\nb = { ensure = "present" }\nc = { state = "absent" }\nd = { ensure = "latest" }\ne = { version = "2" }\n_unknown = {}\n',
      [
        "packagekit:packages/a present",
        "packagekit:packages/b present said",
        "packagekit:packages/c removed said",
        "packagekit:packages/d latest said",
        "packagekit:packages/e present",
        '  version = "2"',
      ],
    ],
    [
      '[plugins.packagekit]\npackages = ["a", "b"]\n',
      ["packagekit:packages/a present", "packagekit:packages/b present"],
    ],
    [
      "[plugins.packagekit.packages]\nexclusive = true\nmax_removals = 3\na = {}\n",
      ["packagekit:packages exclusive 3", "packagekit:packages/a present"],
    ],
    [
      "[plugins.packagekit.packages]\nexclusive = true\n",
      [`packagekit:packages exclusive ${LIMITS.removalsDefault}`],
    ],
    ["[plugins.packagekit.packages]\nexclusive = {}\n", ["packagekit:packages/exclusive present"]],
    ['[plugins.systemd1.jobs.a]\nstate = "absent"\n', ["systemd1:jobs/a present", '  state = "absent"']],
    [
      '[plugins.networkmanager.connections.x]\nipv4.method = "auto"\nipv4.dns = { "$au" = [1] }\nuser.data = { "a.b" = "c" }\nipv6.mtu = { reset = true }\n',
      [
        "networkmanager:connections/x present",
        '  ipv4.method = "auto"',
        '  ipv4.dns = {"$au":[1]}',
        '  user.data = {"a.b":"c"}',
        "  ipv6.mtu = null reset",
      ],
    ],
    [
      '[plugins.networkmanager]\nToken = { secret = "file:/run/token" }\n[plugins.networkmanager.connections.x.wifi-security]\npsk = { secret = "env:PSK" }\n',
      [
        'networkmanager:Token = {"secret":"file:/run/token"}',
        "networkmanager:connections/x present",
        '  wifi-security.psk = {"secret":"env:PSK"}',
      ],
    ],
  ];
  for (const [text, expected] of table) assert.deepEqual(told(bound(["a.toml", T + text])), expected, text);
});

test("a null of JSON is a reset; a resource's list and table of two files are one", () => {
  const files: readonly File[] = [
    [
      "a.json",
      '{"version": 1, "plugins": {"hostname1": {"PrettyHostname": null}, "packagekit": {"packages": ["a", "b"]}}}',
    ],
    ["b.toml", `${T}[plugins.packagekit.packages]\nb = { version = "1" }\nc = {}\n`],
  ];
  assert.deepEqual(told(bound(...files)), [
    'hostname1:PrettyHostname = "" reset',
    "packagekit:packages/b present",
    '  version = "1"',
    "packagekit:packages/c present",
    "packagekit:packages/a present",
  ]);
});

test("the digest tells names, formats and texts apart", () => {
  const text = '{"version": 1, "plugins": {}}';
  const { digest } = bound(["a.json", text]);
  assert.match(digest, /^[0-9a-f]{64}$/);
  assert.equal(bound(["a.json", text]).digest, digest);
  assert.notEqual(bound(["b.json", text]).digest, digest);
  assert.notEqual(bound(["a.json", `${text} `]).digest, digest);
  assert.notEqual(bound(["a.json", text], ["b.json", text]).digest, digest);
});

test("names for hints can be more than the schemas at hand", () => {
  const sources = sourcesOf([["a.toml", `${T}[plugins.localle1]\n`]]);
  const { raw } = parseDocument(sources);
  assert.ok(raw !== null);
  const { faults } = bindDocument(raw, new Map(), sources, ["locale1"]);
  assert.deepEqual(
    faults.map(({ hint }) => hint),
    ['did you mean "locale1"?'],
  );
});
