// A secret goes to the service and nowhere else: not to a terminal, a plan file, an error, or any file of ours. Canaries
// stand in all places where one could slip out, a service that repeats its arguments in its errors among them.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ends, openStage, wishes, type Outcome, type Stage } from "./stage.ts";

const PASSWORD = "canary-password-1b8f";
const TOKEN = "canary-token-77c0";
const env = { TEST_PASSWORD: PASSWORD, TEST_TOKEN: TOKEN };
const DOCUMENT = wishes({
  Password: { secret: "env:TEST_PASSWORD" },
  Token: { secret: "env:TEST_TOKEN" },
  Title: "second",
});
/** The token that the service had before is one, too. */
const CANARIES = [PASSWORD, TOKEN, "first-token"];

function assertClean(what: string, text: string): void {
  for (const canary of CANARIES) assert.ok(!text.includes(canary), `${canary} is in ${what}:\n${text}`);
}

function assertQuiet(args: readonly string[], { stdout, stderr }: Outcome): void {
  assertClean(`stdout of ${args.join(" ")}`, stdout);
  assertClean(`stderr of ${args.join(" ")}`, stderr);
}

function assertNothingKept(stage: Stage): void {
  for (const entry of readdirSync(stage.directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    assertClean(path, readFileSync(path, "latin1"));
  }
}

test("no command shows or keeps a secret", async () => {
  await using stage = await openStage();
  const document = stage.file("wish.json", DOCUMENT);
  const saved = join(stage.directory, "plan.json");
  const commands: readonly (readonly [readonly string[], number])[] = [
    [["query", "test1"], 0],
    [["discover", "-v"], 0],
    [["discover", "--json"], 0],
    [["introspect", "org.opdbus.Test1", "/org/opdbus/Test1"], 0],
    [["diff", document], 0],
    [["diff", "--json", document], 0],
    [["plan", "-v", document], 0],
    [["plan", "--json", document], 0],
    [["plan", "--out", saved, document], 0],
    [["plan", "--revert", document], 0],
    [["apply", "-v", "--json", saved], 0],
    [["verify", "--json", document], 0],
    [["query", "--json", "test1"], 0],
    [["apply", "--auto-approve=irreversible", document], 0],
  ];
  for (const [args, status] of commands) assertQuiet(args, ends(await stage.op(args, { env }), status));
  assert.deepEqual([stage.service.state.password, stage.service.state.token], [PASSWORD, TOKEN]);
  assertNothingKept(stage);
});

test("a wish that already holds is not sent again; a changed secret is", async () => {
  await using stage = await openStage();
  const document = stage.file("wish.json", wishes({ Token: { secret: "env:TEST_TOKEN" } }));
  const apply = ["apply", "--auto-approve=irreversible", document];
  ends(await stage.op(apply, { env }), 0);
  ends(await stage.op(apply, { env }), 0);
  assert.equal(stage.sent().length, 1, "the digest says that it holds");
  ends(await stage.op(apply, { env: { TEST_TOKEN: `${TOKEN}-2` } }), 0);
  assert.equal(stage.service.state.token, `${TOKEN}-2`);
});

test("a service that repeats a secret in its error is not repeated", async () => {
  for (const flags of [[], ["--json"], ["-v"]]) {
    await using stage = await openStage();
    stage.service.faults.arm("SetPassword", "echo");
    const args = ["apply", "--auto-approve=irreversible", ...flags, stage.file("wish.json", DOCUMENT)];
    const outcome = await stage.op(args, { env });
    assert.ok(outcome.status === 3 || outcome.status === 4, outcome.stderr);
    assertQuiet(args, outcome);
    assert.ok(
      stage.sent().some((call) => call.includes(PASSWORD)),
      "the service did get it",
    );
  }
});

test("a secret that is not there is a fault of the document, told by its reference", async () => {
  await using stage = await openStage();
  const { stderr } = ends(
    await stage.op(["plan", stage.file("wish.json", DOCUMENT)], { env: { TEST_TOKEN: TOKEN } }),
    65,
  );
  assert.match(stderr, /TEST_PASSWORD/);
  assertClean("stderr", stderr);
});

test("a secret written into the document itself is refused, and not shown with its line", async () => {
  await using stage = await openStage();
  for (const [name, text] of [
    ["clear.json", wishes({ Password: PASSWORD })],
    ["beside.json", wishes({ Titel: "a slip on the same line", Password: PASSWORD })],
    ["clear.toml", `version = 1\n[plugins.test1]\nToken = "${TOKEN}"\n`],
  ] as const) {
    for (const command of [["validate", "--live"], ["plan"], ["apply"], ["plan", "--json"]]) {
      const args = [...command, stage.file(name, text)];
      assertQuiet(args, ends(await stage.op(args, { env }), 65));
    }
  }
  assert.deepEqual(stage.sent(), []);
});
