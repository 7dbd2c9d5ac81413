// Bodies there and back: what each type looks like on the wire in both byte orders, and what is refused.

import assert from "node:assert/strict";
import { test } from "node:test";

import { OpError } from "../../base/error.ts";
import { referenceBody } from "../../../test/support/reference-encoder.ts";
import { decodeBody } from "./decode.ts";
import { encodeBody } from "./encode.ts";
import { BodyError } from "./reader.ts";
import { UnixFd, Variant, type DBusValue } from "./value.ts";

function bare(entries: Record<string, DBusValue>): DBusValue {
  return Object.assign(Object.create(null) as Record<string, DBusValue>, entries);
}

/** A signature, values, and their bytes in little-endian order (spaces are for the eye). */
const WIRE: readonly (readonly [signature: string, values: readonly DBusValue[], hex: string])[] = [
  ["", [], ""],
  ["y", [0x2a], "2a"],
  ["b", [true], "01000000"],
  ["n", [-2], "feff"],
  ["q", [0xfffe], "feff"],
  ["i", [-2], "feffffff"],
  ["u", [0xffff_fffe], "feffffff"],
  ["x", [-2n], "feffffffffffffff"],
  ["x", [-(2n ** 63n)], "0000000000000080"],
  ["t", [2n ** 64n - 1n], "ffffffffffffffff"],
  ["d", [1.5], "000000000000f83f"],
  ["d", [Number.NaN], "000000000000f87f"],
  ["d", [-0], "0000000000000080"],
  ["s", ["foo"], "03000000 666f6f00"],
  ["s", [""], "00000000 00"],
  ["s", ["é€😀\u{fffd}"], "0c000000 c3a9e282acf09f9880efbfbd00"],
  ["o", ["/a"], "02000000 2f6100"],
  ["g", ["a{sv}"], "05 617b73767d00"],
  ["ys", [1, "x"], "01 000000 01000000 7800"],
  ["yx", [1, 1n], "01 00000000000000 0100000000000000"],
  ["ai", [[1, -1]], "08000000 01000000 ffffffff"],
  // The padding in front of the first element is there without elements too, and does not count.
  ["ax", [[]], "00000000 00000000"],
  ["ax", [[5n]], "08000000 00000000 0500000000000000"],
  ["ay", [Uint8Array.of(1, 2, 3)], "03000000 010203"],
  ["as", [["a", "bc"]], "0f000000 01000000 6100 0000 02000000 626300"],
  ["(yi)", [[1, 2]], "01 000000 02000000"],
  ["y(y)", [1, [2]], "01 00000000000000 02"],
  ["a{ys}", [new Map([[1, "x"]])], "0a000000 00000000 01 000000 01000000 7800"],
  ["a{sv}", [bare({ a: new Variant("u", 7) })], "10000000 00000000 01000000 6100 017500 000000 07000000"],
  ["v", [new Variant("v", new Variant("y", 9))], "017600 017900 09"],
  ["aav", [[[new Variant("s", "x")], []]], "14000000 0a000000 017300 00 01000000 7800 0000 00000000"],
  ["h", [new UnixFd(1)], "01000000"],
];

for (const [signature, values, hex] of WIRE) {
  test(`${signature} ${hex.slice(0, 24)}`, () => {
    const bytes = Buffer.from(hex.replaceAll(" ", ""), "hex");
    assert.equal(encodeBody(signature, values, 2).toString("hex"), bytes.toString("hex"));
    assert.deepEqual(decodeBody(signature, bytes, 0, true, 2), values);
    assert.deepEqual(decodeBody(signature, referenceBody(signature, values, "big"), 0, false, 2), values);
  });
}

test("big-endian bytes, written out", () => {
  const bytes = Buffer.from("0102 0000 ffff fffe 0000 0003 6666 6f00".replaceAll(" ", ""), "hex");
  assert.deepEqual(decodeBody("yyis", bytes, 0, false, 0), [1, 2, -2, "ffo"]);
});

test("the encoder takes what is easier to write", () => {
  const same: readonly (readonly [string, DBusValue, DBusValue])[] = [
    ["x", 5, 5n],
    ["t", Number.MAX_SAFE_INTEGER, 9007199254740991n],
    ["ay", [1, 2], Uint8Array.of(1, 2)],
    ["ay", Buffer.from([1, 2]), Uint8Array.of(1, 2)],
    ["a{sy}", { a: 1 }, bare({ a: 1 })],
    ["a{sy}", new Map([["a", 1]]), bare({ a: 1 })],
  ];
  for (const [signature, given, back] of same) {
    assert.deepEqual(decodeBody(signature, encodeBody(signature, [given]), 0, true, 0), [back]);
  }
});

test("no key of a peer reaches a prototype", () => {
  const bytes = referenceBody("a{sv}", [new Map([["__proto__", new Variant("s", "evil")]])], "little");
  const [dict] = decodeBody("a{sv}", bytes, 0, true, 0);
  assert.equal(Object.getPrototypeOf(dict), null);
  assert.deepEqual(Object.keys(dict as object), ["__proto__"]);
  assert.equal(({} as Record<string, unknown>)["evil"], undefined);
  for (const key of ["constructor", "toString", "hasOwnProperty"])
    assert.equal(key in (dict as object), false);
});

test("an ay is a view when it fills half of its buffer, else a copy", () => {
  for (const [rest, isView] of [
    [0, true],
    [3000, false],
  ] as const) {
    const bytes = encodeBody("ayay", [Buffer.alloc(1000, 7), Buffer.alloc(rest)]);
    const own = new Uint8Array(bytes);
    const [data] = decodeBody("ayay", own, 0, true, 0);
    assert.deepEqual(data, new Uint8Array(1000).fill(7));
    assert.equal((data as Uint8Array).buffer === own.buffer, isView);
    assert.equal(Object.getPrototypeOf(data), Uint8Array.prototype);
  }
});

const deep = (levels: number): DBusValue =>
  levels === 0 ? new Variant("y", 1) : new Variant("v", deep(levels - 1));

const REFUSED_VALUES: readonly (readonly [string, readonly unknown[], string])[] = [
  ["su", ["x"], 'signature "su" has 2 arguments, got 1'],
  ["u", ["x"], "argument 1: expected u, got string"],
  ["ss", ["x", 5], "argument 2: expected s, got number"],
  ["sa{su}", ["x", { a: "secret" }], 'argument 2, key "a": expected u, got string'],
  [
    "a(su)",
    [
      [
        ["x", 1],
        ["y", -1],
      ],
    ],
    "argument 1, element 2, field 2: expected u, got a number that is not an integer from 0 to 4294967295",
  ],
  [
    "a{sv}",
    [{ k: new Variant("as", ["x", null as never]) }],
    'argument 1, key "k", element 2: expected s, got null',
  ],
  ["y", [256], "argument 1: expected y, got a number that is not an integer from 0 to 255"],
  ["n", [1.5], "argument 1: expected n, got a number that is not an integer from -32768 to 32767"],
  [
    "i",
    [Number.NaN],
    "argument 1: expected i, got a number that is not an integer from -2147483648 to 2147483647",
  ],
  ["u", [1n], "argument 1: expected u, got bigint"],
  ["x", [2 ** 53], "argument 1: expected x, got a number that is not a safe integer"],
  ["x", ["1"], "argument 1: expected x, got string"],
  ["t", [-1], "argument 1: expected t, got a number that is not an integer from 0 to 18446744073709551615"],
  ["b", [1], "argument 1: expected b, got number"],
  ["d", ["1"], "argument 1: expected d, got string"],
  ["s", ["a\0b"], "argument 1: expected s, got a string with NUL or a lone surrogate"],
  ["s", ["\ud800"], "argument 1: expected s, got a string with NUL or a lone surrogate"],
  ["s", ["x".repeat(100) + "\0"], "argument 1: expected s, got a string with NUL or a lone surrogate"],
  ["o", ["a"], "argument 1: expected o, got a string that is not an object path"],
  ["g", ["a"], "argument 1: expected g, got a string that is not a signature"],
  [
    "h",
    [new UnixFd(0)],
    "argument 1: expected h, got the index of a descriptor that does not go with the message",
  ],
  ["h", [0], "argument 1: expected h, got number"],
  ["v", ["x"], "argument 1: expected v, got string"],
  ["v", [new Variant("ss", ["x"])], "argument 1: the signature of a variant is not one type"],
  ["v", [new Variant("a()", [])], "argument 1: the signature of a variant is not one type"],
  ["v", [deep(64)], "argument 1: values nest deeper than 64"],
  ["(s)", ["x"], "argument 1: expected (s), got string"],
  ["(s)", [["x", "y"]], "argument 1: expected (s) with 1 fields, got 2"],
  ["as", [{}], "argument 1: expected as, got object"],
  ["ay", ["x"], "argument 1: expected ay, got string"],
  ["ay", [[1, 300]], "argument 1, element 2: expected y, got a number that is not an integer from 0 to 255"],
  ["a{sv}", [[]], "argument 1: expected a{sv}, got array"],
  ["a{us}", [{ 1: "x" }], "argument 1: expected a{us}, got object"],
  ["a{us}", [new Map([["x", "y"]])], 'argument 1, key "x": expected u, got string'],
  ["a{sv}", [new Date(0)], "argument 1: expected a{sv}, got object"],
  ["s", [undefined], "argument 1: expected s, got undefined"],
];

for (const [signature, values, message] of REFUSED_VALUES) {
  test(`encoding ${signature}: ${message}`, () => {
    assert.throws(
      () => encodeBody(signature, values as DBusValue[]),
      (error) => error instanceof OpError && error.code === "OPD3010" && error.message === message,
    );
    assert.equal(encodeBody("y", [1]).toString("hex"), "01", "the encoder works on");
  });
}

/** Signature, little-endian bytes, and the reason they are refused. */
const REFUSED_BYTES: readonly (readonly [signature: string, hex: string, reason: RegExp])[] = [
  ["y", "", /middle of a value/],
  ["y", "0102", /bytes are left/],
  ["", "01", /bytes are left/],
  ["b", "02000000", /neither 0 nor 1/],
  ["yu", "01 000100 01000000", /padding is not zero/],
  ["s", "03000000 6161", /middle of a value/],
  ["s", "ffffffff 6161", /middle of a value/],
  ["s", "01000000 6161", /does not end with NUL/],
  ["s", "02000000 610000", /contains NUL/],
  ["s", "01000000 ff00", /not UTF-8/],
  ["s", "02000000 c08000", /not UTF-8/],
  ["s", "03000000 eda08000", /not UTF-8/],
  ["s", "04000000 f490808000", /not UTF-8/],
  ["o", "01000000 6100", /object path/],
  ["o", "00000000 00", /object path/],
  ["g", "01 6100", /signature is not valid/],
  ["h", "00000000", /file descriptor/],
  ["v", "00 00", /not one type/],
  ["v", "02 737300", /not one type/],
  ["v", "03 61282900", /not one type/],
  ["ai", "06000000 01000000 02000000", /beyond it|bytes are left/],
  ["ai", "10000000 01000000", /middle of an array/],
  ["as", "05000000 05000000 6161616161 00", /beyond it/],
  ["ay", "01000004", /longer than 64 MiB/],
  ["a()", "ffffff0f", /signature is not valid/],
  ["ax", "00000000 00000001", /padding is not zero/],
  ["av", `${"c3000000"}${"017600".repeat(65)}`, /nest too deep/],
];

for (const [signature, hex, reason] of REFUSED_BYTES) {
  test(`decoding ${signature} ${hex.slice(0, 24)} is refused`, () => {
    const bytes = Buffer.from(hex.replaceAll(" ", ""), "hex");
    assert.throws(
      () => decodeBody(signature, bytes, 0, true, 0),
      (error) => error instanceof BodyError && error.code === "OPD3012" && reason.test(error.message),
    );
  });
}

test("values nest 64 deep and no deeper", () => {
  const value = deep(63);
  const bytes = encodeBody("v", [value]);
  assert.deepEqual(decodeBody("v", bytes, 0, true, 0), [value]);
  const deeper = Buffer.concat([Buffer.from("017600", "hex"), bytes]);
  assert.throws(() => decodeBody("v", deeper, 0, true, 0), /nest too deep/);
});

test("a body of very many empty containers is refused before it fills the heap", () => {
  const size = 4_400_000;
  const bytes = Buffer.alloc(4 + size);
  bytes.writeUInt32LE(size);
  assert.throws(() => decodeBody("aay", bytes, 0, true, 0), /too many values/);
});

test("a getter that encodes does not disturb the message around it", () => {
  const nosy = {
    get a(): string {
      return encodeBody("s", ["inner"]).toString("latin1").slice(4, 9);
    },
  };
  assert.deepEqual(decodeBody("sa{ss}s", encodeBody("sa{ss}s", ["x", nosy, "y"]), 0, true, 0), [
    "x",
    bare({ a: "inner" }),
    "y",
  ]);
});

test("large bodies grow the output", () => {
  const texts = Array.from({ length: 20_000 }, (_, i) => `text number ${i} é`);
  assert.deepEqual(decodeBody("as", encodeBody("as", [texts]), 0, true, 0), [texts]);
});
