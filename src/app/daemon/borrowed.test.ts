import assert from "node:assert/strict";
import { test } from "node:test";
import { borrowedEnv } from "./borrowed.ts";

const actor = { uid: 0, pid: 1, user: "root", unit: "", subject: "op-dbus apply x.toml" };

function caller(env: Readonly<Record<string, string>>) {
  const asked: string[][] = [];
  const variables = (names: readonly string[]) => {
    asked.push([...names]);
    return Promise.resolve(
      Object.fromEntries(names.filter((name) => name in env).map((name) => [name, env[name]!])),
    );
  };
  return { asked, borrowed: borrowedEnv({ actor, variables }) };
}

test("only what a document refers to is asked for, once", async () => {
  const { asked, borrowed } = caller({ PW: "s3cret", HOME: "/root" });
  await borrowed.learn(['{"secret": "env:PW"}', "password = { secret = 'env:OTHER' } # env:HOME"]);
  await borrowed.learn(['"env:PW"']);
  assert.deepEqual(asked, [["PW", "OTHER"]]);
  assert.deepEqual(borrowed.env, { PW: "s3cret" });
});

test("a credential needs to know where the caller's lie", async () => {
  const { asked, borrowed } = caller({ CREDENTIALS_DIRECTORY: "/run/credentials/x" });
  await borrowed.learn(['{"secret": "credential:key"}']);
  assert.deepEqual(asked, [["CREDENTIALS_DIRECTORY"]]);
  assert.deepEqual(borrowed.env, { CREDENTIALS_DIRECTORY: "/run/credentials/x" });
});

test("nothing is asked where nothing is referred to", async () => {
  const { asked, borrowed } = caller({});
  await borrowed.learn(["version = 1"]);
  assert.deepEqual(asked, []);
});
