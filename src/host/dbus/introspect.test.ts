// Introspection data: what a node is read as, what is left out with a note, and XML that is refused whole.

import assert from "node:assert/strict";
import { test } from "node:test";

import { OpError } from "../../base/error.ts";
import { interfaceDigest, writeIntrospection } from "./introspect-write.ts";
import { readIntrospection } from "./introspect.ts";

const DOCTYPE = `<!DOCTYPE node PUBLIC "-//freedesktop//DTD D-BUS Object Introspection 1.0//EN"
"http://www.freedesktop.org/standards/dbus/1.0/introspect.dtd">`;

const SPEC = `<?xml version="1.0" encoding="UTF-8"?>
${DOCTYPE}
<!-- of the specification -->
<node name="/com/example/sample_object0">
  <interface name="com.example.SampleInterface0">
    <method name="Frobate">
      <arg name="foo" type="i" direction="in"/>
      <arg name="bar" type="as" direction="out"/>
      <arg name="baz" type="a{us}" direction='out' />
      <annotation name="org.freedesktop.DBus.Deprecated" value="true"/>
    </method>
    <method name="Bazify">
      <arg name="bar" type="(iiu)"/>
      <arg name="len" type="u" direction="out"/>
    </method>
    <method name="Empty"/>
    <signal name="Changed">
      <arg name="new_value" type="b"/>
    </signal>
    <property name="Bar" type="y" access="readwrite"/>
    <property name="Quiet" type="s" access="read">
      <annotation name="org.freedesktop.DBus.Property.EmitsChangedSignal" value="const"/>
    </property>
  </interface>
  <node name="child_of_sample_object"/>
  <node name="another/child"><interface name="not.Read"/></node>
</node>
`;

test("the example of the specification", () => {
  const { node, path, notes } = readIntrospection(SPEC);
  assert.deepEqual(notes, []);
  assert.equal(path, "/com/example/sample_object0");
  assert.deepEqual(node.children, ["child_of_sample_object", "another/child"]);
  assert.deepEqual([...node.interfaces.keys()], ["com.example.SampleInterface0"]);
  const item = node.interfaces.get("com.example.SampleInterface0");
  assert.deepEqual(item?.methods.get("Frobate"), {
    name: "Frobate",
    in: [{ name: "foo", signature: "i" }],
    out: [
      { name: "bar", signature: "as" },
      { name: "baz", signature: "a{us}" },
    ],
    annotations: new Map([["org.freedesktop.DBus.Deprecated", "true"]]),
  });
  assert.deepEqual(item?.methods.get("Bazify")?.in, [{ name: "bar", signature: "(iiu)" }]);
  assert.deepEqual(item?.signals.get("Changed")?.args, [{ name: "new_value", signature: "b" }]);
  assert.deepEqual(item?.properties.get("Bar"), {
    name: "Bar",
    signature: "y",
    access: "readwrite",
    emits: "true",
    annotations: new Map(),
  });
  assert.equal(item?.properties.get("Quiet")?.emits, "const");
});

test("an interface's change annotation holds for its properties, wherever it stands", () => {
  const emits = "org.freedesktop.DBus.Property.EmitsChangedSignal";
  const { node } = readIntrospection(`<node><interface name="a.b">
    <property name="A" type="s" access="read"/>
    <property name="B" type="s" access="read"><annotation name="${emits}" value="true"/></property>
    <annotation name="${emits}" value="false"/></interface></node>`);
  const properties = node.interfaces.get("a.b")?.properties;
  assert.deepEqual([properties?.get("A")?.emits, properties?.get("B")?.emits], ["false", "true"]);
  assert.deepEqual(readIntrospection(writeIntrospection(node)).node, node);
});

test("written and read again it is the same", () => {
  const odd = SPEC.replace('value="true"', 'value="&lt;&#x1F600;&amp;&quot;&apos;&#9;>"');
  const { node } = readIntrospection(odd);
  assert.deepEqual(readIntrospection(writeIntrospection(node)), { node, path: null, notes: [] });
  assert.match(writeIntrospection(node), /^<!DOCTYPE node PUBLIC/);
});

/** The inside of an interface, the names that stay, and the note. */
const DROPPED: readonly (readonly [inside: string, stays: readonly string[], note: RegExp])[] = [
  ['<method name="A"/><method name="b-c"/>', ["A"], /method "b-c" has an invalid name/],
  ['<method/><method name="A"/>', ["A"], /method "" has an invalid name/],
  [
    '<method name="A"><arg type="a()"/></method><method name="B"/>',
    ["B"],
    /method A has an invalid argument/,
  ],
  ['<method name="A"><arg type="ss"/></method>', [], /method A has an invalid argument/],
  ['<method name="A"><arg/></method>', [], /method A has an invalid argument/],
  ['<method name="A"><arg type="s" direction="up"/></method>', [], /method A has an invalid argument/],
  [`<method name="A">${'<arg type="s"/>'.repeat(256)}</method>`, [], /method A has an invalid argument/],
  ['<method name="A"/><method name="A"><arg type="s"/></method>', ["A"], /method A is there twice/],
  ['<signal name="A"><arg type="s" direction="in"/></signal>', [], /signal A has an invalid argument/],
  ['<property name="A" type="s" access="all"/>', [], /property A has an invalid type or access/],
  ['<property name="A" type="s"/>', [], /property A has an invalid type or access/],
  ['<property name="A" type="" access="read"/>', [], /property A has an invalid type or access/],
  ['<property name="A" type="ss" access="read"/>', [], /property A has an invalid type or access/],
  ['<method name="\u202e&#127;[31m"/>', [], /has an invalid name/],
];

for (const [inside, stays, note] of DROPPED) {
  test(`left out: ${inside.slice(0, 60)}`, () => {
    const { node, notes } = readIntrospection(`<node><interface name="a.b">${inside}</interface></node>`);
    const item = node.interfaces.get("a.b");
    assert.deepEqual([...(item?.methods.keys() ?? []), ...(item?.properties.keys() ?? [])], stays);
    assert.equal(notes.length, 1);
    assert.match(notes[0] ?? "", note);
  });
}

test("invalid interfaces and children are left out, and notes are bounded", () => {
  const { node, notes } = readIntrospection(
    `<node><interface name="x"/><interface name="a.b"/><interface name="a.b"/><node/><node name="/abs"/>
     <node name="a-b"/><node name="ok"/><node name="ok"/><unknown><interface name="c.d"/></unknown></node>`,
  );
  assert.deepEqual([...node.interfaces.keys()], ["a.b"]);
  assert.deepEqual(node.children, ["ok"]);
  assert.equal(notes.length, 5);
  assert.deepEqual(readIntrospection("<x/>").notes, ['the root element is "x", not "node"']);
  assert.equal(readIntrospection(`<node>${"<node/>".repeat(1000)}</node>`).notes.length, 100);
});

test("names of an object's prototype are names like any other", () => {
  const { node } = readIntrospection(
    '<node><interface name="a.b"><method name="__proto__"/><method name="constructor"/></interface></node>',
  );
  assert.deepEqual([...(node.interfaces.get("a.b")?.methods.keys() ?? [])], ["__proto__", "constructor"]);
});

const nested = (levels: number): string =>
  "<node>" + "<a>".repeat(levels - 1) + "</a>".repeat(levels - 1) + "</node>";

const ACCEPTED: readonly string[] = [
  "<node/>",
  "\ufeff<node/>",
  `${DOCTYPE}<node/>`,
  '<!DOCTYPE node SYSTEM "x"><node/>',
  "<!DOCTYPE node><node/>",
  "<node\n/>",
  "<node></node >\n<!-- after --><?pi?>",
  "<node>text &amp; &#65; <![CDATA[ <any> & ]]></node>",
  "<node><!-- <broken & --><?pi <x> ?></node>",
  '<node xmlns:doc="x"><doc:doc>é</doc:doc></node>',
  nested(16),
];

for (const xml of ACCEPTED) {
  test(`accepted: ${xml.slice(0, 50)}`, () => {
    assert.deepEqual(readIntrospection(xml).notes, []);
  });
}

const REFUSED: readonly (readonly [xml: string, reason: RegExp])[] = [
  ["", /no element/],
  ["text", /text outside/],
  ["<node/>x", /text outside/],
  ["<node>", /not closed/],
  ["<node><a></node>", /closes nothing/],
  ["<node></node></node>", /closes nothing/],
  ["</node>", /closes nothing/],
  ["<node/><node/>", /second root/],
  ["<node", /broken attributes/],
  ["<node><", /begins nothing/],
  ["<node a/>", /broken attributes/],
  ["<node a=b/>", /broken attributes/],
  ['<node a="b/>', /broken attributes/],
  ['<node a="<"/>', /broken attributes/],
  ['<node a="1"b="2"/>', /broken attributes/],
  ['<node a="1" a="2"/>', /there twice/],
  ["<node>&lol;</node>", /entity/],
  ["<node>& </node>", /entity/],
  ['<node a="&ERROR_GENERAL;"/>', /entity/],
  ["<node a='&#0;'/>", /reference that XML forbids/],
  ["<node a='&#xd800;'/>", /reference that XML forbids/],
  ["<node a='&#x110000;'/>", /reference that XML forbids/],
  ["<node>]]></node>", /\]\]>/],
  ["<node><!-- </node>", /not closed/],
  ["<node><![CDATA[ </node>", /not closed/],
  ["<![CDATA[x]]><node/>", /document type/],
  ["<node>\u0001</node>", /characters that XML forbids/],
  ["<node>\ud800</node>", /characters that XML forbids/],
  ['<!DOCTYPE node [<!ENTITY a "b">]><node/>', /declarations of its own/],
  [
    '<!DOCTYPE node PUBLIC "a" "b" [ <!ENTITY % x SYSTEM "file:///etc/passwd"> %x; ]><node/>',
    /declarations of its own/,
  ],
  ["<!ENTITY a 'b'><node/>", /declarations of its own/],
  [`${DOCTYPE}${DOCTYPE}<node/>`, /wrong place/],
  [`<node/>${DOCTYPE}`, /wrong place/],
  [nested(17), /deeper than 16/],
  ["<a>".repeat(200_000), /deeper than 16/],
  [`<node a="${"x".repeat(65_537)}"/>`, /attribute a is too long/],
  [`<node a="${"x".repeat(10_000_000)}"/>`, /longer than 4194304/],
  [`<node ${Array.from({ length: 300_000 }, (_, i) => `a${i}=""`).join(" ")}/>`, /too many attributes/],
  [`<node>${"<a/>".repeat(100_001)}</node>`, /too many elements/],
  [`<node ${" ".repeat(4_000_000)}`, /broken attributes/],
  [`<${"n".repeat(4_000_000)} ${"m".repeat(100_000)}`, /broken attributes/],
  [`<node>${"&".repeat(4_000_000)}`, /entity/],
];

for (const [xml, reason] of REFUSED) {
  test(`refused: ${xml.slice(0, 50)} (${xml.length})`, () => {
    assert.throws(
      () => readIntrospection(xml),
      (error) => error instanceof OpError && error.code === "OPD3013" && reason.test(error.message),
    );
  });
}

test("the digest tells meanings apart, and nothing else", () => {
  const digest = (xml: string): string => interfaceDigest(readIntrospection(xml).node.interfaces.values());
  const base = digest(SPEC);
  assert.match(base, /^[0-9a-f]{64}$/);
  const same: readonly (readonly [string, string])[] = [
    ['name="foo"', 'name="other"'],
    ["<!-- of the specification -->", ""],
    ['value="true"', 'value="false"'],
  ];
  const moved = SPEC.replace('<method name="Empty"/>', "").replace(
    "<signal",
    '<method name="Empty"/><signal',
  );
  assert.equal(digest(moved), base, "order");
  for (const [from, to] of same) {
    assert.ok(SPEC.includes(from));
    assert.equal(digest(SPEC.replace(from, to)), base, from);
  }
  const other: readonly (readonly [string, string])[] = [
    ['type="i"', 'type="u"'],
    ['access="readwrite"', 'access="read"'],
    ['value="const"', 'value="false"'],
    ['name="Bar"', 'name="Baz"'],
    ['<method name="Empty"/>', ""],
    ['type="b"/>', 'type="b"/><arg type="s"/>'],
    ["SampleInterface0", "SampleInterface1"],
  ];
  for (const [from, to] of other) assert.notEqual(digest(SPEC.replace(from, to)), base, from);
});
