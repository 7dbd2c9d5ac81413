// Five actions over two real services, and the process that applies them is killed at every point: hostnamed and systemd go
// on working, and the next command, asked for nothing, leaves the machine as before or as wanted, or ends with 4 and a
// list that is the machine. What the machine is, is read from /etc and asked of hostnamectl and systemctl inside.

import assert from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { systemClock } from "../../src/base/clock.ts";
import { bootId } from "../../src/base/process.ts";
import { openAudit } from "../../src/store/audit/audit.ts";
import { systemDisk } from "../../src/store/file/file.ts";
import { openJournal } from "../../src/store/journal/journal.ts";
import { boot, labSkip, type Machine } from "../lab/machine.ts";
import { countsIn, died, sample, type Died } from "./points.ts";

/** Points of a run that is no LONG one: each takes three seconds or four, most of them waiting. */
const SAMPLE = 10;
const UNIT = "lab-sleeper.service";

/** By address: what there is before, and what is wished. */
const VALUES: readonly (readonly [address: string, before: unknown, wish: unknown])[] = [
  ["hostname1:StaticHostname", "old", "web-1"],
  ["hostname1:PrettyHostname", "Old", "Erster Webserver"],
  ["hostname1:Location", "Rack 1", "Rack 4"],
  [`systemd1:units/"${UNIT}".enabled`, false, true],
  [`systemd1:units/"${UNIT}".active`, "inactive", "active"],
];
const FIVE_ACTIONS = JSON.stringify({
  version: 1,
  plugins: {
    hostname1: { StaticHostname: "web-1", PrettyHostname: "Erster Webserver", Location: "Rack 4" },
    systemd1: { units: { [UNIT]: { enabled: true, active: "active" } } },
  },
});

describe("an apply over real services, killed at every point", { skip: labSkip }, () => {
  let machine: Machine;
  let document: string;
  /** Ends in the audit log before the last kill. */
  let known = 0;
  before(() => {
    machine = boot("crash");
    const unit = `[Unit]\nDescription=lab\nStartLimitIntervalSec=0\n[Service]\nExecStart=/bin/sleep infinity\n`;
    writeFileSync(
      join(machine.root, "usr/lib/systemd/system", UNIT),
      `${unit}[Install]\nWantedBy=multi-user.target\n`,
    );
    machine.exec("systemctl", "daemon-reload");
    document = machine.document("five.json", FIVE_ACTIONS);
    reset();
  });
  after(() => machine[Symbol.asyncDispose]());

  /** With the machine's own tools. */
  function reset(): void {
    const script = `hostnamectl hostname --static old && hostnamectl hostname --pretty Old && hostnamectl location 'Rack 1' &&
      systemctl --quiet disable --now ${UNIT}`;
    const { status, stderr } = machine.exec("sh", "-c", script);
    assert.equal(status, 0, stderr);
    assert.deepEqual(facts(), side(1));
  }

  function side(which: 1 | 2): readonly unknown[] {
    return VALUES.map((row) => row[which]);
  }

  /** The five values, each from files and from a tool, which must agree. */
  function facts(): readonly unknown[] {
    const script = `hostnamectl status --json=short; systemctl is-enabled ${UNIT}; systemctl is-active ${UNIT}`;
    const [json = "", enabled, active] = machine.exec("sh", "-c", script).stdout.trim().split("\n");
    const told = JSON.parse(json) as Readonly<Record<string, string>>;
    const info = machine.read("etc/machine-info");
    const inFile = (key: string): string | undefined => new RegExp(`^${key}="?(.*?)"?$`, "m").exec(info)?.[1];
    assert.deepEqual(
      [machine.read("etc/hostname").trim(), inFile("PRETTY_HOSTNAME"), inFile("LOCATION")],
      [told["StaticHostname"], told["PrettyHostname"], told["Location"]],
    );
    const wants = join(machine.root, "etc/systemd/system/multi-user.target.wants");
    assert.equal(readdirSync(wants).includes(UNIT), enabled === "enabled");
    const { StaticHostname, PrettyHostname, Location } = told;
    return [StaticHostname, PrettyHostname, Location, enabled === "enabled", active];
  }

  function applier(at: number, half = false): Promise<Died> {
    const args = [document, String(at), ...(half ? ["half"] : [])];
    return died(machine.start(args, { program: "test/crash/applier.ts" }));
  }

  test("before or after, or 4 with a list that is the machine", async (t) => {
    // Twice: what a first apply makes in an empty state directory, every apply on the embedded stage is cut at.
    await applier(0);
    assert.deepEqual(facts(), side(2));
    reset();
    const { points: count, writes } = countsIn(await applier(0));
    reset();
    const points = [
      ...Array.from({ length: count }, (_, n) => ({ at: n + 1, half: false })),
      ...writes.map((at) => ({ at, half: true })),
    ];
    const chosen = sample(points, SAMPLE);
    t.diagnostic(`${chosen.length} of ${points.length} fault points`);
    const seen = new Map<string, number>();
    for (const { at, half } of chosen) {
      const name = `${half ? "half of write" : "point"} ${at}`;
      known = (await recordedEnds()).length;
      const { killed } = await applier(at, half);
      const end = killed ? await nextCommand(name) : "not reached";
      seen.set(end, (seen.get(end) ?? 0) + 1);
      reset();
    }
    t.diagnostic([...seen].map(([end, times]) => `${end}: ${times}`).join(", "));
    assert.ok((seen.get("as before") ?? 0) > 0 && (seen.get("as wanted") ?? 0) > 0);
  });

  /** Any command, which knows nothing of a crash; then the truth. */
  async function nextCommand(name: string): Promise<string> {
    const { status, stdout, stderr } = machine.op(["query", "--json", "hostname1:StaticHostname"]);
    const said = `${name}: exit ${status}\n${stdout}${stderr}`;
    const now = facts();
    let end = JSON.stringify(now) === JSON.stringify(side(2)) ? "as wanted" : "as before";
    if (status === 4) {
      end = "listed";
      assert.deepEqual(listIn(stderr), now, said);
    } else {
      assert.equal(status, 0, said);
      assert.deepEqual(now, side(end === "as wanted" ? 2 : 1), said);
    }
    const news = (await recordedEnds()).slice(known);
    const told = { "as wanted": "done", "as before": "restored", listed: "left" }[end];
    // Killed before anything was begun it left nothing to tell of.
    assert.deepEqual(news, end === "as before" && news.length === 0 ? [] : [told], said);
    return end;
  }

  /** The machine as the error tells it: what it lists, and all else as before. */
  function listIn(stderr: string): readonly unknown[] {
    const error = JSON.parse(stderr.trim().split("\n").at(-1)!) as {
      readonly faults: readonly {
        readonly address: string;
        readonly differs: { readonly found?: unknown };
      }[];
    };
    const found = new Map(error.faults.map(({ address, differs }) => [address, differs.found]));
    return VALUES.map(([address, was]) => (found.has(address) ? found.get(address) : was));
  }

  /** The ends of all applies in the audit log; nothing is pending. */
  async function recordedEnds(): Promise<readonly unknown[]> {
    const own = join(machine.scratch, "of-0");
    const shared = { disk: systemDisk, clock: systemClock, readOnly: true };
    const journal = await openJournal({ ...shared, directory: join(own, "state/@state/journal") });
    assert.deepEqual(journal.pending(), []);
    await journal.close();
    const audit = await openAudit({
      ...shared,
      directory: join(own, "state/@timing"),
      keyDirectory: join(own, "config/keys"),
      bootId: bootId(),
      uid: 0,
    });
    const values = [...audit.entries(0)].map(({ value }) => value);
    await audit.close();
    return values.filter(({ type }) => type === "end").map(({ end }) => end);
  }
});
