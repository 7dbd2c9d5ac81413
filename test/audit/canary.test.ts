// Canaries: secrets in a document, in the environment, in what a service answers and repeats in its errors. They go to the
// service and nowhere else: not under the state directory, not to a terminal, a log, a proof, an export or a snapshot, by
// any command of the table. And texts that a terminal or a browser would obey do nothing in any of them.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { OPERATIONS } from "../../src/api/api.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import { openStage, wishes, type Outcome, type Stage } from "../scenario/stage.ts";

const VERIFIER = join(import.meta.dirname, "../../docs/verifier/verify.mjs");
const PASSWORD = "canary-password-5d2e";
const TOKEN = "canary-token-c0a9";
const env = { TEST_PASSWORD: PASSWORD, TEST_TOKEN: TOKEN, UNRELATED: "canary-unrelated-11" };
/** `first-token` is what the service had before. */
const CANARIES = [PASSWORD, TOKEN, "first-token", "canary-unrelated-11"];
const HOSTILE = "</script><!--\u001b]0;owned\u0007\u001b[2J\u202e\u2028</pre>";
const SECRETS = { Password: { secret: "env:TEST_PASSWORD" }, Token: { secret: "env:TEST_TOKEN" } };

/** Two texts for the memory, one of which would be obeyed. */
const REMEMBERED = [
  { format: "op-dbus-memory", version: 1 },
  { concept: "01".repeat(16), content: `obeyed ${HOSTILE}`, attributes: [[HOSTILE, HOSTILE]] },
  { concept: "02".repeat(16), content: "quiet" },
  { from: "01".repeat(16), to: "02".repeat(16), type: "causal" },
]
  .map((line) => `${JSON.stringify(line)}\n`)
  .join("");

/** In any of the forms in which a value could be written down. */
function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  // Of base64 the part that does not depend on what stands before and behind it.
  const base64 = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), bytes])
      .toString("base64")
      .slice(4, -4),
  );
  return [secret, bytes.toString("hex"), ...base64];
}

function assertClean(what: string, text: string): void {
  for (const canary of CANARIES)
    for (const form of formsOf(canary)) assert.ok(!text.includes(form), `${canary} is in ${what}`);
}

/** Controls other than line ends, and what turns text around. */
const OBEYED = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/;

function assertQuiet(args: readonly string[], { stdout, stderr, status }: Outcome): void {
  for (const [stream, text] of Object.entries({ stdout, stderr })) {
    assertClean(`${stream} of ${args.join(" ")}`, text);
    assert.doesNotMatch(text, OBEYED, `${stream} of ${args.join(" ")}`);
  }
  assert.notEqual(status, 70, stderr);
}

function assertNothingKept(stage: Stage): void {
  let files = 0;
  for (const entry of readdirSync(stage.directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    files++;
    const path = join(entry.parentPath, entry.name);
    assertClean(path, readFileSync(path, "latin1"));
  }
  assert.ok(files > 10, "there is something to look at");
}

/** Every command of the table, as it can be run here; those that are left out, with the reason. */
function runs(stage: Stage, document: string): ReadonlyMap<string, readonly (readonly string[])[]> {
  const at = (name: string): string => join(stage.directory, name);
  const saved = at("plan.json");
  return new Map<string, readonly (readonly string[])[]>([
    [
      "discover",
      [
        ["discover", "-v"],
        ["discover", "--json"],
      ],
    ],
    ["introspect", [["introspect", "org.opdbus.Test1", "/org/opdbus/Test1"]]],
    [
      "query",
      [
        ["query", "test1"],
        ["query", "--json", "test1"],
        ["query", "test1", "--at", "@1"],
      ],
    ],
    ["init", [["init"]]],
    ["validate", [["validate", "--live", document]]],
    [
      "diff",
      [
        ["diff", document],
        ["diff", "--json", document],
        ["diff", "@1", "@2"],
      ],
    ],
    [
      "plan",
      [
        ["plan", "-v", document],
        ["plan", "--json", document],
        ["plan", "--revert", document],
        ["plan", "--out", saved, document],
      ],
    ],
    [
      "apply",
      [
        ["apply", "-v", "--json", saved],
        ["apply", "--auto-approve=irreversible", document],
      ],
    ],
    [
      "verify",
      [
        ["verify", document],
        ["verify", "--json", document],
      ],
    ],
    ["recover", [["recover"], ["recover", "--list"]]],
    ["commit", [["commit"]]],
    ["rollback", [["rollback"], ["rollback", "--to", "1", "--auto-approve=irreversible"]]],
    ["checkpoint list", [["checkpoint", "list", "--json"]]],
    ["checkpoint show", [["checkpoint", "show", "0123456789abcdef"]]],
    ["history", [["history"], ["history", "--json"]]],
    [
      "history show",
      [
        ["history", "show", "1"],
        ["history", "show", "1", "--json"],
      ],
    ],
    [
      "blame",
      [
        ["blame", "test1"],
        ["blame", "--json", "test1"],
      ],
    ],
    [
      "search",
      [
        ["search", "test1"],
        ["search", PASSWORD.slice(0, 6)],
      ],
    ],
    [
      "audit list",
      [
        ["audit", "list"],
        ["audit", "list", "--json"],
      ],
    ],
    [
      "audit verify",
      [
        ["audit", "verify", "--full"],
        ["audit", "verify", "--json"],
      ],
    ],
    [
      "audit prove",
      [
        ["audit", "prove", "@1"],
        ["audit", "prove", "@2", "-o", at("p.html")],
        ["audit", "prove", "@2", "-o", at("p.json")],
      ],
    ],
    [
      "audit checkpoint",
      [
        ["audit", "checkpoint"],
        ["audit", "checkpoint", "--pin", "-o", at("pin")],
      ],
    ],
    ["audit export", [["audit", "export", at("export"), "--blobs"]]],
    ["audit import", [["audit", "import", document]]],
    [
      "audit key",
      [
        ["audit", "key"],
        ["audit", "key", "rotate"],
      ],
    ],
    ["snapshots", [["snapshots"], ["snapshots", "--explain"]]],
    ["snapshots create", [["snapshots", "create"]]],
    ["snapshots prune", [["snapshots", "prune"]]],
    ["plugin list", [["plugin", "list"]]],
    ["plugin show", [["plugin", "show", "test1"]]],
    [
      "plugin create",
      [["plugin", "create", "other1", "--from-dbus", "org.opdbus.Test1", "-o", at("other1")]],
    ],
    ["plugin check", [["plugin", "check", "test1"]]],
    ["top", [["top"]]],
    [
      "metrics",
      [
        ["metrics", "-v"],
        ["metrics", "--json"],
        ["metrics", "--format", "prometheus"],
      ],
    ],
    ["memory import", [["memory", "import", at("remembered.jsonl")]]],
    [
      "memory query",
      [
        ["memory", "import", at("remembered.jsonl")],
        ["memory", "query", "obeyed"],
        ["memory", "query", "obeyed", "--json"],
      ],
    ],
    ["memory path", [["memory", "path", "obeyed", "quiet"]]],
    ["memory stats", [["memory", "stats"]]],
    ["memory export", [["memory", "export"]]],
    ["memory check", [["memory", "check"]]],
    ["memory flush", [["memory", "flush"]]],
    ["doctor", [["doctor"], ["doctor", "--json"]]],
    [
      "config show",
      [
        ["config", "show"],
        ["config", "show", "--json"],
      ],
    ],
    ["explain", [["explain", "OPD5001"]]],
    [
      "completion",
      [
        ["completion", "bash"],
        ["__complete", "query", "test1:"],
      ],
    ],
    ["version", [["version"]]],
    ["help", [["help"]]],
    ["daemon", []], // runs until it is told to stop: its own tests look at what it writes
    ["guard", []], // started by apply --no-commit alone
    ["replicate", []], // needs a target file system
  ]);
}

test("no command says or keeps a secret, and none hands on what a terminal would obey", async () => {
  await using stage = await openStage();
  const document = stage.file("wish.json", wishes({ ...SECRETS, Title: HOSTILE }));
  stage.file("remembered.jsonl", REMEMBERED);
  const table = runs(stage, document);
  const names = COMMANDS.map(({ name }) => name);
  assert.deepEqual(
    names.filter((name) => !table.has(name)),
    [],
    "commands that nobody looks at",
  );
  const first = stage.file("first.json", wishes({ ...SECRETS, Title: "first" }));
  const apply = ["apply", "--auto-approve=irreversible", first];
  assertQuiet(apply, await stage.op(apply, { env }));
  let ran = 0;
  for (const args of names.flatMap((name) => table.get(name) ?? [])) {
    const outcome = await stage.op(args, { env });
    assertQuiet(args, outcome);
    ran++;
  }
  assert.ok(ran > Object.keys(OPERATIONS).length, `${ran} runs`);
  assert.equal(stage.service.state.password, PASSWORD, "the service did get it");
  assert.ok(
    stage.sent().some((call) => call.includes("</script>")),
    "and the text",
  );
  assertNothingKept(stage);
  const scripts = (text: string): number => text.split("<script").length - 1;
  const page = readFileSync(join(stage.directory, "p.html"), "utf8");
  assert.equal(scripts(page) - scripts(readFileSync(VERIFIER, "utf8")), 2, "the data and the verifier");
});

test("a service that repeats a secret in its errors does not get it into a record", async () => {
  await using stage = await openStage();
  stage.service.faults.arm("SetPassword", "echo");
  const document = stage.file("wish.json", wishes({ ...SECRETS, Title: HOSTILE }));
  const apply = ["apply", "--auto-approve=irreversible", "-v", document];
  const outcome = await stage.op(apply, { env });
  assert.ok(outcome.status === 3 || outcome.status === 4, outcome.stderr);
  assertQuiet(apply, outcome);
  for (const args of [
    ["history", "show", "1"],
    ["audit", "list", "--json"],
    ["audit", "prove", "@1"],
  ])
    assertQuiet(args, await stage.op(args, { env }));
  assert.ok(
    stage.sent().some((call) => call.includes(PASSWORD)),
    "the service did get it",
  );
  assertNothingKept(stage);
});
