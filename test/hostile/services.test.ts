// Services that lie about themselves while `discover`, `introspect`, `query` and `plan` look at them: every command ends,
// in bounded memory, without calling it a fault of its own.

import assert from "node:assert/strict";
import { test } from "node:test";
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
  Record<string, { readonly onCall: OnCall; readonly shows?: RegExp; readonly endsByTime?: boolean }>
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
    endsByTime: true,
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

for (const [about, { onCall, shows, endsByTime }] of Object.entries(LIARS)) {
  test(about, async (t) => {
    const bus = await testBus();
    const op = program(bus.address);
    const service = await rawService(bus.address, NAME, onCall);
    t.after(async () => {
      service.close();
      op.close();
      await bus.close();
    });
    for (const args of [
      ["discover", NAME],
      ["discover", "--json"],
      ["introspect", NAME],
      ["query", "hostile1"],
    ]) {
      // It lasts as long as its deadline: one look is enough in every run.
      if (endsByTime === true && args.length === 2 && args[1] !== NAME && !LONG) continue;
      const ended = clean(await op.op(args), args.join(" "));
      t.diagnostic(`${args.join(" ")}: ${ended.status}, ${Math.round(ended.memoryBytes / 2 ** 20)} MiB`);
      assert.ok(ended.memoryBytes < MEMORY_BYTES_MAX, `${args.join(" ")} took ${ended.memoryBytes} bytes`);
      if (args[0] === "discover" && shows !== undefined) assert.match(ended.stdout, shows, args.join(" "));
    }
  });
}

/** Answers that do not fit their question. */
const WRONG: readonly (readonly [signature: string, body: readonly (string | number | Variant)[]])[] = [
  ["", []],
  ["s", ["hello"]],
  ["u", [7]],
  ["v", [new Variant("a{sv}", {})]],
  ["ss", ["two", "strings"]],
];

for (const [signature, body] of WRONG) {
  test(`every call answered with '${signature}', twice`, async (t) => {
    const bus = await testBus();
    const op = program(bus.address);
    const wrong: OnCall = (call, service) => {
      for (const _ of [1, 2]) service.reply(call, signature, body);
    };
    const services: RawService[] = [];
    for (const name of [
      NAME,
      "org.freedesktop.hostname1",
      "org.freedesktop.systemd1",
      "org.freedesktop.PackageKit",
    ])
      services.push(await rawService(bus.address, name, wrong));
    t.after(async () => {
      for (const service of services) service.close();
      op.close();
      await bus.close();
    });
    for (const args of [
      ["discover"],
      ["introspect", NAME],
      ["query", "hostname1"],
      ["query", "systemd1"],
      ["query", "packagekit"],
      ["query"],
      ["plugin", "check", "hostname1", "--live"],
      ["doctor"],
    ])
      clean(await op.op(args), args.join(" "));
  });
}
