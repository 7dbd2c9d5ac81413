// Services that lie about themselves while `discover`, `introspect`, `query` and `plan` look at them: every command ends,
// in bounded memory, without calling it a fault of its own.
// What of it is only seen after many seconds of work is looked at once, and from all sides with OP_DBUS_LONG=1.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Variant, type Message } from "../../src/host/dbus/dbus.ts";
import { testBus } from "../support/embedded-bus.ts";
import { clean, program } from "./program.ts";
import { rawService, type OnCall, type RawService } from "./raw-service.ts";

const NAME = "org.example.Hostile1";
const MEMORY_BYTES_MAX = 1024 * 1024 * 1024;
const LONG = process.env["OP_DBUS_LONG"] === "1";

const PROPERTY = `<interface name="${NAME}"><property name="P" type="s" access="read"/></interface>`;

/** Answers Introspect with a text made from the path, and every read with a string. */
function describing(xmlOf: (path: string) => string): OnCall {
  return (call, service) => {
    if (call.member === "Introspect") return service.reply(call, "s", [xmlOf(call.path ?? "/")]);
    return read(call, service);
  };
}

function read(call: Message, service: RawService): void {
  if (call.member === "GetAll") return service.reply(call, "a{sv}", [{ P: new Variant("s", "x") }]);
  if (call.member === "Get") return service.reply(call, "v", [new Variant("s", "x")]);
  service.fail(call, "org.freedesktop.DBus.Error.UnknownMethod", "no");
}

function children(count: number, name: (at: number) => string): string {
  return Array.from({ length: count }, (_, at) => `<node name="${name(at)}"/>`).join("");
}

const wide = `<node>${children(99_000, (at) => `c${at}`)}</node>`;
const million = `<node>${children(1_000_000, (at) => at.toString(36))}</node>`;
const plain = `<node>${PROPERTY}</node>`;
/** What each service says of itself. `shows`: what discover must say about it. */
const LIARS: Readonly<
  Record<string, { readonly onCall: OnCall; readonly shows?: RegExp; readonly isLong?: boolean }>
> = {
  "a document type with entities": {
    onCall: describing(
      () => `<!DOCTYPE node [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><node>${PROPERTY}&b;</node>`,
    ),
    shows: /document type/,
  },
  "an entity from a file": {
    onCall: describing(() => `<!DOCTYPE node SYSTEM "/etc/passwd"><node name="&x;"/>`),
    shows: /entity/,
  },
  "elements 100,000 deep": {
    onCall: describing(() => `${"<node>".repeat(100_000)}${"</node>".repeat(100_000)}`),
    shows: /deeper/,
  },
  "an attribute of 10 MB": {
    onCall: describing(() => `<node name="${"a".repeat(10_000_000)}"/>`),
    shows: /longer/,
  },
  "an attribute of 1 MB": {
    onCall: describing(() => `<node name="${"a".repeat(1_000_000)}"/>`),
    shows: /too long/,
  },
  "a million children": {
    onCall: describing((path) => (path === "/" ? million : plain)),
    shows: /longer|elements/,
  },
  "99,000 children at each object": {
    onCall: describing(() => wide),
    shows: /left out|time/,
    isLong: true,
  },
  "99,000 children": {
    onCall: describing((path) => (path === "/" ? wide : "<node/>")),
    shows: /left out/,
  },
  "a tree without end": {
    onCall: describing(() => `<node>${PROPERTY}<node name="a"/></node>`),
    shows: /levels deep/,
  },
  "paths without end": {
    onCall: describing(() => `<node>${PROPERTY}${children(200, (at) => `${"x".repeat(5000)}${at}`)}</node>`),
    shows: /paths longer/,
  },
  "another large text at each object": {
    isLong: true,
    onCall: describing(
      (path) =>
        `<node>${PROPERTY}<interface name="a.b${path.length}x${path.slice(-3).replaceAll("/", "_")}">${Array.from({ length: 20_000 }, (_, at) => `<method name="M${at}"><arg type="a{sv}" direction="in"/></method>`).join("")}</interface>${children(30, (at) => `o${at}`)}</node>`,
    ),
    shows: /characters: the rest|time/,
  },
  "__proto__ everywhere": {
    onCall(call, service) {
      if (call.member === "Introspect") {
        const members = ["__proto__", "constructor", "toString", "hasOwnProperty"];
        const properties = members
          .map((name) => `<property name="${name}" type="v" access="read"/>`)
          .join("");
        return service.reply(call, "s", [
          `<node><interface name="${NAME}">${properties}</interface><node name="__proto__"/></node>`,
        ]);
      }
      const poison = new Map([
        ["__proto__", new Variant("a{sv}", new Map([["polluted", new Variant("b", true)]]))],
      ]);
      if (call.member === "GetAll") return service.reply(call, "a{sv}", [poison]);
      return read(call, service);
    },
  },
};

const LOOKS = [
  ["discover", NAME],
  ["discover", "--json"],
  ["introspect", NAME],
  ["query", "hostile1"],
  ["plan", "wish.json"],
];

describe("services that lie", { concurrency: 2 }, () => {
  for (const [about, { onCall, shows, isLong }] of Object.entries(LIARS)) {
    test(about, async (t) => {
      const bus = await testBus();
      const op = program(bus.address);
      op.file("wish.json", JSON.stringify({ version: 1, plugins: { hostile1: { P: "y" } } }));
      const service = await rawService(bus.address, NAME, onCall);
      t.after(async () => {
        service.close();
        op.close();
        await bus.close();
      });
      for (const args of isLong === true && !LONG ? LOOKS.slice(0, 1) : LOOKS) {
        const name = args.join(" ");
        const ended = clean(await op.op(args), name);
        t.diagnostic(`${name}: ${ended.status}, ${Math.round(ended.memoryBytes / 2 ** 20)} MiB`);
        assert.ok(ended.memoryBytes < MEMORY_BYTES_MAX, `${name} took ${ended.memoryBytes} bytes`);
        if (args[0] === "discover" && shows !== undefined) assert.match(ended.stdout, shows, name);
        // What such a service says of itself promises no change: not 2, and never a status of what was begun.
        if (args[0] === "plan")
          assert.ok(
            [0, 65, 75].includes(ended.status ?? 0),
            `${name}: ${ended.status}\n${ended.stdout}${ended.stderr}`,
          );
      }
    });
  }
});

/** Of these there are shipped mappings. */
const MANAGED = ["org.freedesktop.hostname1", "org.freedesktop.systemd1", "org.freedesktop.PackageKit"];
const WISH = {
  version: 1,
  plugins: {
    hostname1: { PrettyHostname: "Wanted" },
    systemd1: { units: { "a.service": { active: "active" } } },
    packagekit: { packages: { bash: {} } },
  },
};

/** Answers that do not fit their question. */
const WRONG: readonly (readonly [signature: string, body: readonly (string | number | Variant)[]])[] = [
  ["", []],
  ["s", ["hello"]],
  ["u", [7]],
  ["v", [new Variant("a{sv}", {})]],
  ["ss", ["two", "strings"]],
];

describe("services that answer beside the question", { concurrency: 2 }, () => {
  for (const [signature, body] of WRONG) {
    test(`every call answered with '${signature}', twice`, async (t) => {
      const bus = await testBus();
      const op = program(bus.address);
      const wrong: OnCall = (call, service) => {
        for (const _ of [1, 2]) service.reply(call, signature, body);
      };
      const services: RawService[] = [];
      for (const name of [NAME, ...MANAGED]) services.push(await rawService(bus.address, name, wrong));
      t.after(async () => {
        for (const service of services) service.close();
        op.close();
        await bus.close();
      });
      op.file("wish.json", JSON.stringify(WISH));
      for (const args of [
        ["discover"],
        ["introspect", NAME],
        ["query"],
        ["plugin", "check", "hostname1", "--live"],
        ["doctor"],
        ["plan", "wish.json"],
        ["apply", "--auto-approve", "wish.json"],
      ]) {
        const ended = clean(await op.op(args), args.join(" "));
        if (args.at(-1) === "wish.json")
          assert.ok(
            [1, 65, 75].includes(ended.status ?? 0),
            `${args.join(" ")}: ${ended.status}\n${ended.stdout}${ended.stderr}`,
          );
      }
    });
  }
});
