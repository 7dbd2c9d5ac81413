// The timed commit, with the real program and a guard in a process of its own: what becomes of the machine when nobody
// commits, when the caller, its terminal or the guard goes away, and when probes decide.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { ends, openStage, wishes, type Stage } from "./stage.ts";

const SECOND = { Title: "second", Note: "second" };
/** Long enough that nothing but what a test does can end it. */
const LONG = ["--no-commit", "--timeout", "600"];

interface Checkpoint {
  readonly id: string;
  readonly state: string;
  readonly deadline: string;
  readonly guard: { readonly pid: number; readonly unit: string; readonly alive: boolean } | null;
  readonly actions: readonly { readonly address: string; readonly outcome: string }[];
}

/** Asks until it holds. The test's own time limit bounds it. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 10));
}

async function armed(stage: Stage, document: string = wishes(SECOND), flags = LONG): Promise<string> {
  const { stdout } = ends(await stage.op(["apply", ...flags, stage.file("w.json", document)]), 0);
  const id =
    /Armed: checkpoint ([0-9a-f]{16}), reverts at \d\d:\d\d:\d\d unless you run {2}op-dbus commit \1/.exec(
      stdout,
    )?.[1];
  assert.ok(id !== undefined, stdout);
  return id;
}

async function checkpoints(stage: Stage): Promise<readonly Checkpoint[]> {
  const { stdout } = ends(await stage.op(["checkpoint", "list", "--json"]), 0);
  return (JSON.parse(stdout) as { checkpoints: Checkpoint[] }).checkpoints;
}

/** Is there such a process, other than one that waits to be collected? */
function lives(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2)[0] !== "Z";
  } catch {
    return false;
  }
}

function titles({ service }: Stage): readonly [string, string] {
  return [service.state.title, service.state.note];
}

async function ended(stage: Stage): Promise<void> {
  await until(async () => (await checkpoints(stage)).length === 0);
}

test("commit in time keeps it, and its guard ends", async () => {
  await using stage = await openStage();
  const id = await armed(stage);
  assert.deepEqual(titles(stage), ["second", "second"]);
  const [open] = await checkpoints(stage);
  assert.deepEqual([open?.id, open?.state, open?.guard?.alive], [id, "held", true]);
  assert.deepEqual(
    open?.actions.map(({ address, outcome }) => [address, outcome]),
    [
      ["test1:Title", "done"],
      ["test1:Note", "done"],
    ],
  );
  const { stdout } = ends(await stage.op(["commit", id]), 0);
  assert.match(stdout, /Committed: 2 changes of checkpoint/);
  await until(() => !lives(open!.guard!.pid));
  assert.deepEqual(titles(stage), ["second", "second"]);
  assert.deepEqual(await checkpoints(stage), []);
  const again = ends(await stage.op(["commit", id]), 6);
  assert.match(again.stderr, /was kept \(commit\)/);
  const back = ends(await stage.op(["rollback", id]), 6);
  assert.match(back.stderr, /op-dbus rollback --to N/);
});

test("nobody commits: it goes back by itself", async () => {
  await using stage = await openStage();
  const id = await armed(stage, wishes(SECOND), ["--no-commit", "--timeout", "3"]);
  await until(() => titles(stage).join() === "first,first");
  await ended(stage);
  const late = ends(await stage.op(["commit", id]), 6);
  assert.match(late.stderr, /was put back \(deadline\)/);
  assert.deepEqual(titles(stage), ["first", "first"]);
});

test("rollback goes back at once, without an ID too", async () => {
  await using stage = await openStage();
  await armed(stage);
  const { stdout } = ends(await stage.op(["rollback"]), 0);
  assert.match(stdout, /Put back: 2 changes/);
  assert.deepEqual(titles(stage), ["first", "first"]);
  ends(await stage.op(["rollback"]), 6);
});

test("the caller is killed right after arming: it goes back at once", async () => {
  await using stage = await openStage();
  stage.service.faults.arm("SetTitle", "late-done", { times: 1 });
  const killed = await stage.op(["apply", ...LONG, stage.file("w.json", wishes(SECOND))], {
    onStart: async (kill) => {
      await until(() => stage.sent().some((call) => call.includes("SetTitle")));
      kill("SIGKILL");
    },
  });
  assert.equal(killed.signal, "SIGKILL");
  await ended(stage);
  assert.deepEqual(titles(stage), ["first", "first"]);
});

interface ArmedLine {
  readonly type: string;
  readonly id: string;
  readonly deadline: string;
  readonly pid: number;
}
/** What the stream of an apply says of its guard, once it does. */
function armedLine(said: string): ArmedLine | undefined {
  const whole = said.slice(0, said.lastIndexOf("\n") + 1).split("\n");
  return whole.flatMap((line) =>
    line.includes('"checkpoint_armed"') ? [JSON.parse(line) as ArmedLine] : [],
  )[0];
}
/** Applies; as soon as the guard is ready it gets `signal`, before or after the first call. */
async function guardGets(stage: Stage, signal: NodeJS.Signals, timeoutS: number): Promise<ArmedLine> {
  const flags = ["--json", "--no-commit", "--timeout", String(timeoutS)];
  const { stdout } = ends(
    await stage.op(["apply", ...flags, stage.file("w.json", wishes(SECOND))], {
      onStart: async (_kill, said) => {
        await until(() => armedLine(said()) !== undefined);
        process.kill(armedLine(said())!.pid, signal);
      },
    }),
    0,
  );
  return armedLine(stdout)!;
}

test("the terminal is closed: the guard stays and goes back", async () => {
  await using stage = await openStage();
  await guardGets(stage, "SIGHUP", 2);
  // Nobody runs a command until it is back: only the guard can have done it.
  await until(() => titles(stage).join() === "first,first");
  await ended(stage);
});

test("the guard is killed: the next command after its time goes back", async () => {
  await using stage = await openStage();
  const { pid, deadline } = await guardGets(stage, "SIGKILL", 2);
  await until(() => !lives(pid) && Date.now() > Date.parse(deadline));
  assert.deepEqual(titles(stage), ["second", "second"]);
  const next = ends(await stage.op(["query", "test1:Title"]), 0);
  assert.match(next.stdout, /first/);
  assert.deepEqual(titles(stage), ["first", "first"]);
  assert.deepEqual(await checkpoints(stage), []);
});

test("the guard is killed: before its time it waits, and can be committed", async () => {
  await using stage = await openStage();
  const { id } = await guardGets(stage, "SIGKILL", 600);
  const [alone] = await checkpoints(stage);
  assert.deepEqual([alone?.id, alone?.state, alone?.guard?.alive], [id, "held", false]);
  ends(await stage.op(["commit"]), 0);
  assert.deepEqual(titles(stage), ["second", "second"]);
});

test("a second apply meanwhile is refused, with who, since when and what frees it", async () => {
  await using stage = await openStage();
  const id = await armed(stage);
  const refused = await stage.op(["apply", stage.file("x.json", wishes({ Title: "third" }))]);
  const { stderr } = ends(refused, 5);
  assert.match(stderr, /OPD2133/);
  assert.match(stderr, new RegExp(`checkpoint ${id} of \\S+ \\(process \\d+, \\d+ s ago\\)`));
  assert.match(stderr, new RegExp(`op-dbus commit ${id}`));
  assert.deepEqual(titles(stage), ["second", "second"]);
  ends(await stage.op(["rollback", id.slice(0, 6)]), 0);
  ends(await stage.op(["apply", stage.file("x.json", wishes({ Title: "third" }))]), 0);
});

test("an apply that fails goes back at once and leaves no guard", async () => {
  await using stage = await openStage();
  stage.service.faults.arm("SetNote", "error", { times: 1 });
  ends(await stage.op(["apply", ...LONG, stage.file("w.json", wishes(SECOND))]), 3);
  assert.deepEqual(titles(stage), ["first", "first"]);
  assert.deepEqual(await checkpoints(stage), []);
});

test("a service with a checkpoint of its own: it keeps it until the commit, or rolls it back", async () => {
  await using stage = await openStage();
  const document = wishes({ boxes: { red: { colour: "pink" }, blue: { colour: "blue" } }, Title: "second" });
  const boxes = (): string =>
    JSON.stringify([...stage.service.state.boxes].map(([name, { colour }]) => [name, colour]));
  const members = (since: number) => stage.sent(since).map((call) => (JSON.parse(call) as string[])[0]!);

  const before = boxes();
  await armed(stage, document);
  assert.ok(!members(0).includes("CheckpointCommit"));
  let mark = stage.mark();
  ends(await stage.op(["rollback"]), 0);
  assert.equal(boxes(), before);
  assert.equal(stage.service.state.title, "first");
  assert.equal(members(mark).filter((member) => member === "CheckpointRollback").length, 1);
  assert.ok(!members(mark).includes("RemoveBox"), "the service took back what its checkpoint covers");

  await armed(stage, document);
  mark = stage.mark();
  ends(await stage.op(["commit"]), 0);
  assert.deepEqual(members(mark), ["CheckpointCommit"]);
  assert.deepEqual(JSON.parse(boxes()), [
    ["red", "pink"],
    ["blue", "blue"],
  ]);
});

test("a service that cannot commit its checkpoint: everything goes back, 3", async () => {
  await using stage = await openStage();
  await armed(stage, wishes({ boxes: { blue: { colour: "blue" } }, Title: "second" }));
  stage.service.faults.arm("CheckpointCommit", "error", { times: 1 });
  ends(await stage.op(["commit"]), 3);
  assert.equal(stage.service.state.title, "first");
  assert.ok(!stage.service.state.boxes.has("blue"));
});

const withProbes = (probes: readonly object[]): string =>
  JSON.stringify({ version: 1, probes, plugins: { test1: SECOND } });

test("probes that pass commit early", async () => {
  await using stage = await openStage();
  const probes = [{ value: "test1:Title", is: "second" }, { dns: "localhost" }];
  const id = await armed(stage, withProbes(probes));
  await ended(stage);
  assert.deepEqual(titles(stage), ["second", "second"]);
  assert.match(ends(await stage.op(["commit", id]), 6).stderr, /was kept \(probes\)/);
});

test("a probe that fails for its whole time goes back early", async () => {
  await using stage = await openStage();
  const id = await armed(stage, withProbes([{ value: "test1:Title", is: "third", within_s: 0.3 }]));
  await ended(stage);
  assert.deepEqual(titles(stage), ["first", "first"]);
  assert.match(ends(await stage.op(["commit", id]), 6).stderr, /was put back \(probes\)/);
});

test("probes without a timed commit: one that fails puts everything back, 3", async () => {
  await using stage = await openStage();
  const bad = withProbes([{ value: "test1:Title", is: "third", within_s: 2 }]);
  const { stderr } = ends(await stage.op(["apply", stage.file("p.json", bad)]), 3);
  assert.match(stderr, /OPD2125.*value test1:Title did not pass within 2000 ms: "second"/);
  assert.deepEqual(titles(stage), ["first", "first"]);
  ends(await stage.op(["apply", stage.file("p.json", withProbes([{ dns: "localhost" }]))]), 0);
  assert.deepEqual(titles(stage), ["second", "second"]);
});

test("a probe that starts a program is shown, and needs a yes", async () => {
  await using stage = await openStage();
  const file = stage.file("p.json", withProbes([{ command: ["/usr/bin/true"] }]));
  const { stdout } = ends(await stage.op(["plan", file]), 0);
  assert.match(stdout, /\? command \/usr\/bin\/true {2}within 10\.0 s, starts a program: risk needs-confirm/);
  assert.match(stdout, /Worst risk: needs-confirm/);
  ends(await stage.op(["apply", file]), 10);
  assert.deepEqual(titles(stage), ["first", "first"]);
  ends(await stage.op(["apply", "--auto-approve", file]), 0);
  assert.deepEqual(titles(stage), ["second", "second"]);
});

test("a program that is not root's alone is refused before anything is sent", async () => {
  await using stage = await openStage();
  const program = stage.file("mine", "#!/bin/sh\n");
  const file = stage.file("p.json", withProbes([{ command: [program] }]));
  const { stderr } = ends(await stage.op(["apply", "--auto-approve", file]), 65);
  assert.match(stderr, /OPD2130/);
  assert.match(stderr, /can be written by others than root|belongs to user/);
  assert.deepEqual(stage.sent(), []);
});

test("the JSON stream tells of the checkpoint before the first call and in its last line", async () => {
  await using stage = await openStage();
  const { stdout } = ends(
    await stage.op(["apply", "--json", ...LONG, stage.file("w.json", wishes(SECOND))]),
    0,
  );
  const lines = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const types = lines.map(({ type }) => type);
  assert.ok(types.indexOf("checkpoint_armed") < types.indexOf("apply_start"), types.join());
  assert.equal(lines.find(({ type }) => type === "checkpoint_armed")?.["by"], "guard");
  assert.ok(!types.includes("audit_appended"), "it has not ended");
  const last = lines.at(-1) as { type: string; end: string; checkpoint: { id: string; timeout_ms: number } };
  assert.deepEqual([last.type, last.end, last.checkpoint.timeout_ms], ["summary", "held", 600_000]);
  const rolled = ends(await stage.op(["rollback", "--json", last.checkpoint.id]), 0);
  const told = rolled.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { type: string });
  assert.deepEqual(
    told.map(({ type }) => type),
    ["version", "rollback_start", "rollback_complete", "audit_appended", "summary"],
  );
  const appended = told.at(-2) as unknown as {
    apply: string;
    entries: [number, number];
    size: number;
    root: string;
  };
  const shown = ends(await stage.op(["history", "show", "@1", "--json"]), 0);
  const { apply, audit } = JSON.parse(shown.stdout) as {
    apply: string;
    audit: { first: number; last: number; checkpoint: { size: number; root: string } };
  };
  assert.deepEqual(
    [appended.apply, ...appended.entries, appended.size, appended.root],
    [apply, audit.first, audit.last, audit.checkpoint.size, audit.checkpoint.root],
  );
});

const usage: readonly (readonly [flags: readonly string[], says: RegExp])[] = [
  [["--timeout", "5"], /needs --no-commit/],
  [["--no-commit", "--timeout", "0.5"], /from 1 to 86400 seconds/],
  [["--no-commit", "--timeout", "100000"], /from 1 to 86400 seconds/],
];
for (const [flags, says] of usage) {
  test(`apply ${flags.join(" ")}: usage`, async () => {
    await using stage = await openStage();
    const { stderr } = ends(await stage.op(["apply", ...flags, stage.file("w.json", wishes(SECOND))]), 64);
    assert.match(stderr, says);
    assert.deepEqual(stage.sent(), []);
  });
}
