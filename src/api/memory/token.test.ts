// Tokens: what is made is read, what is changed, foreign or late is not; who may do what.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { REQUESTS, type RequestName } from "./request.ts";
import { makeToken, permissionFor, permissionsOf, readToken, type Claims } from "./token.ts";

const KEY = Buffer.alloc(32, 7);
const CLAIMS: Claims = { sub: "ana", iat: 1000, exp: 2000, roles: ["Writer"] };
const TOKEN = makeToken(CLAIMS, KEY);

function signed(claims: unknown): string {
  const body = Buffer.from(typeof claims === "string" ? claims : JSON.stringify(claims)).toString(
    "base64url",
  );
  return `${body}.${createHmac("sha256", KEY).update(body).digest("base64url")}`;
}

test("a token is its claims and their HMAC-SHA-256", () => {
  assert.equal(TOKEN, signed(CLAIMS));
  assert.deepEqual(readToken(TOKEN, KEY, 1500), CLAIMS);
  assert.deepEqual(readToken(TOKEN, KEY, 2000), CLAIMS);
});

test("what the first servers issue is read: permissions nil, roles nobody knows", () => {
  const claims = readToken(signed({ ...CLAIMS, permissions: null, roles: ["Writer", "Wizard"] }), KEY, 1500);
  assert.deepEqual(claims, CLAIMS);
});

const [body = "", sum = ""] = TOKEN.split(".");
const refused: readonly (readonly [what: string, token: string, nowS?: number])[] = [
  ["expired", TOKEN, 2000.1],
  ["empty", ""],
  ["no signature", body],
  ["an empty signature", `${body}.`],
  ["a shorter signature", `${body}.${sum.slice(1)}`],
  ["padding", `${body}.${sum}=`],
  ["another signature", `${body}.${"A".repeat(43)}`],
  ["another body", `${Buffer.from(JSON.stringify({ ...CLAIMS, sub: "eve" })).toString("base64url")}.${sum}`],
  ["another key", makeToken(CLAIMS, Buffer.alloc(32, 8))],
  ["three parts", `${TOKEN}.x`],
  ["a line behind", `${TOKEN}\n`],
  ["claims that are no JSON", signed("{")],
  ["claims that are no object", signed("null")],
  ["no subject", signed({ ...CLAIMS, sub: "" })],
  ["no end", signed({ ...CLAIMS, exp: undefined })],
  ["an end that is no number", signed({ ...CLAIMS, exp: "9999999999" })],
  ["roles that are no list", signed({ ...CLAIMS, roles: "Admin" })],
  ["permissions that are no list", signed({ ...CLAIMS, permissions: "delete" })],
];
for (const [what, token, nowS = 1500] of refused)
  test(`refused: ${what}`, () => assert.equal(readToken(token, KEY, nowS), null));

const may: readonly (readonly [claims: Partial<Claims>, permissions: string])[] = [
  [{ roles: ["Admin"] }, "read write delete"],
  [{ roles: ["Writer"] }, "read write"],
  [{ roles: ["Service"] }, "read write"],
  [{ roles: ["Reader"] }, "read"],
  [{ roles: ["Reader", "Writer"] }, "read write"],
  [{ roles: [] }, ""],
  [{ roles: ["Admin"], permissions: ["read"] }, "read"],
  [{ roles: ["Reader"], permissions: [] }, ""],
];
for (const [claims, permissions] of may)
  test(`${JSON.stringify(claims)} may ${permissions || "nothing"}`, () =>
    assert.equal([...permissionsOf({ ...CLAIMS, ...claims })].join(" "), permissions));

test("what a request needs", () => {
  const names = Object.keys(REQUESTS) as RequestName[];
  const needing = (permission: string): RequestName[] =>
    names.filter((name) => permissionFor(name) === permission);
  assert.deepEqual(needing("delete"), ["DeleteConcept", "ClearCollection", "Flush"]);
  assert.ok(needing("write").every((name) => name.startsWith("Learn")));
  assert.ok(needing("read").every((name) => !name.startsWith("Learn")));
});
