// The codec holds for values that nobody thought of: what is written is read back, in both byte orders and any
// chunking, as a second encoder writes it; and whatever bytes come, the answer is a message or one of our two errors.

import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "../support/property.ts";

import { OpError } from "../../src/base/error.ts";
import {
  decodeBody,
  encodeBody,
  encodeMessage,
  Framer,
  parseSignature,
  readIntrospection,
  UnixFd,
  Variant,
  type DBusValue,
  type Message,
  type Type,
} from "../../src/host/dbus/dbus.ts";
import { rawMessage, referenceBody } from "../support/reference-encoder.ts";

const runs = { numRuns: process.env["OP_DBUS_LONG"] === "1" ? 10_000 : 300 };

const basic = fc.constantFrom(..."ybnqiuxtdsogh".split(""));
const { single } = fc.letrec<{ single: string }>((tie) => ({
  single: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    basic,
    fc.constant("v"),
    tie("single").map((element) => `a${element}`),
    fc.array(tie("single"), { minLength: 1, maxLength: 3 }).map((fields) => `(${fields.join("")})`),
    fc.tuple(basic, tie("single")).map(([key, value]) => `a{${key}${value}}`),
  ),
}));
const signatures = fc
  .array(single, { maxLength: 4 })
  .map((types) => types.join(""))
  .filter((s) => s.length < 200);

const text = fc.string({ unit: "binary", maxLength: 80 }).map((s) => s.replaceAll("\0", "0"));
const path = fc
  .array(fc.stringMatching(/^[A-Za-z0-9_]{1,8}$/), { maxLength: 4 })
  .map((segments) => `/${segments.join("/")}`);

function valuesOf(type: Type): fc.Arbitrary<DBusValue> {
  switch (type.code) {
    case "y":
      return fc.integer({ min: 0, max: 255 });
    case "b":
      return fc.boolean();
    case "n":
      return fc.integer({ min: -32768, max: 32767 });
    case "q":
      return fc.integer({ min: 0, max: 65535 });
    case "i":
      return fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    case "u":
      return fc.integer({ min: 0, max: 2 ** 32 - 1 });
    case "x":
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    case "t":
      return fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    case "d":
      return fc.double();
    case "s":
      return text;
    case "o":
      return path;
    case "g":
      return signatures;
    case "h":
      return fc.integer({ min: 0, max: 9 }).map((index) => new UnixFd(index));
    case "v":
      return single
        .filter((signature) => signature.length < 60)
        .chain((signature) =>
          valuesOf(parseSignature(signature)[0]!).map((value) => new Variant(signature, value)),
        );
    case "(":
    case "{":
      return fc.tuple(...type.children.map(valuesOf));
    case "a":
      return arraysOf(type.children[0]!);
  }
}

function arraysOf(element: Type): fc.Arbitrary<DBusValue> {
  if (element.code === "y") return fc.uint8Array({ maxLength: 20 }).map((bytes) => Uint8Array.from(bytes));
  if (element.code !== "{") return fc.array(valuesOf(element), { maxLength: 4 });
  const [key, value] = element.children as [Type, Type];
  const entries = fc.array(fc.tuple(valuesOf(key), valuesOf(value)), { maxLength: 4 });
  if (!"sog".includes(key.code)) return entries.map((pairs) => new Map(pairs));
  return entries.map((pairs) => {
    const dict = Object.create(null) as Record<string, DBusValue>;
    for (const [name, item] of pairs) dict[name as string] = item;
    return dict;
  });
}

const bodies = signatures.chain((signature) =>
  fc.tuple(
    fc.constant(signature),
    fc.tuple(...parseSignature(signature).map(valuesOf)) as fc.Arbitrary<DBusValue[]>,
  ),
);

test("what is written is read back, and a second encoder writes the same", () => {
  fc.assert(
    fc.property(bodies, ([signature, values]) => {
      const bytes = encodeBody(signature, values, 10);
      assert.deepEqual(new Uint8Array(bytes), referenceBody(signature, values, "little"));
      assert.deepEqual(decodeBody(signature, bytes, 0, true, 10), values);
      assert.deepEqual(decodeBody(signature, referenceBody(signature, values, "big"), 0, false, 10), values);
    }),
    runs,
  );
});

function readAll(chunks: readonly Buffer[]): Message[] {
  const framer = new Framer();
  const messages: Message[] = [];
  for (const chunk of chunks) {
    framer.push(chunk);
    for (let m = framer.next(); m !== null; m = framer.next()) messages.push(m);
  }
  return messages;
}

function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    chunks.push(Buffer.from(bytes.subarray(at, at + size)));
    at += size;
  }
  return chunks;
}

const withoutFds = bodies.filter(([, values]) => !holdsFd(values));

function holdsFd(value: DBusValue): boolean {
  if (value instanceof UnixFd) return true;
  if (value instanceof Variant) return holdsFd(value.value);
  if (value instanceof Map) return [...value].some(([key, item]) => holdsFd(key) || holdsFd(item));
  if (typeof value !== "object" || value instanceof Uint8Array) return false;
  return Object.values(value).some(holdsFd);
}

test("any chunking gives the same messages", () => {
  const stream = fc.array(withoutFds, { minLength: 1, maxLength: 5 });
  const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(stream, sizes, (all, chunkSizes) => {
      const bytes = Buffer.concat(
        all.map(([signature, body], i) =>
          encodeMessage({ type: 1, path: "/", member: "M", signature, body }, i + 1),
        ),
      );
      const messages = readAll(cut(bytes, chunkSizes));
      assert.deepEqual(
        messages.map((m) => [m.serial, m.signature, m.body()]),
        all.map(([signature, body], i) => [i + 1, signature, body]),
      );
    }),
    runs,
  );
});

/** Runs it; an error of the stream or of one message is fine, anything else is not. */
function survives(action: () => unknown, codes: readonly string[]): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof OpError) || !codes.includes(error.code)) throw error;
  }
}

const places = fc.array(fc.tuple(fc.nat({ max: 400 }), fc.integer({ min: 0, max: 255 })), {
  minLength: 1,
  maxLength: 6,
});

test("damaged messages give a message or one of our errors, the same however they are chunked", () => {
  fc.assert(
    fc.property(withoutFds, places, fc.integer({ min: 1, max: 40 }), ([signature, values], damage, size) => {
      const body = referenceBody(signature, values, "little");
      const bytes = rawMessage({
        fields: [
          [1, "o", "/a"],
          [3, "s", "M"],
          [8, "g", signature],
        ],
        body,
      });
      for (const [at, byte] of damage) bytes[at % bytes.length] = byte;
      const outcomes = [bytes.length, size].map((chunkSize) => {
        let outcome = "nothing";
        survives(() => {
          outcome = "framing";
          const [message] = readAll(cut(bytes, [chunkSize]));
          outcome = message === undefined ? "nothing" : "body";
          if (message !== undefined) outcome = `read ${message.body().length}`;
        }, ["OPD3011", "OPD3012"]);
        return outcome;
      });
      assert.equal(outcomes[0], outcomes[1]);
    }),
    runs,
  );
});

test("random bytes give a body or BodyError", () => {
  fc.assert(
    fc.property(signatures, fc.uint8Array({ maxLength: 200 }), fc.boolean(), (signature, bytes, little) => {
      survives(() => decodeBody(signature, bytes, 0, little, 2), ["OPD3012"]);
    }),
    runs,
  );
});

const pieces =
  `<node>|</node>|<node/>|<interface name='a.b'>|</interface>|<method name='M'/>|<!--|-->|<![CDATA[|]]>|<?|?>
|<!DOCTYPE node>|<!DOCTYPE|[|&amp;|&#65;|&x;|&|<|>|'|"| |=|name|<property name='P' type='s' access='read'/>
|<arg type='a'/>|\u{1f600}|]`.split("|");

test("strange XML gives a node or OPD3013", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 40 }), (some) => {
      survives(() => readIntrospection(some.join("")), ["OPD3013"]);
      survives(() => readIntrospection(`<node>${some.join("")}</node>`), ["OPD3013"]);
    }),
    runs,
  );
});
