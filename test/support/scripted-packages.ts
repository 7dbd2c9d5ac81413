// A scripted package service that behaves as PackageKit does: every call is a transaction that answers by signals, a
// removal takes dependants along, a broken package fails half-way. Test support only.

import { Variant, type Call } from "../../src/host/dbus/dbus.ts";
import { methodXml, ok } from "./mapped.ts";
import { ScriptedBus, type Answer } from "./scripted-bus.ts";

/** A cut of the PackageKit mapping. */
export const PACKAGES = `
format = 1
[service]
name = "org.example.Pk"
path = "/pk"
interface = "org.example.Pk"
[flow.transaction]
open = { call = "Create" }
interface = "org.example.Pk.Transaction"
rows = { Package = ["info", "id"], Packages = ["info", "id"] }
end = { signal = "Finished", ok = { 0 = [1] } }
fail = { signal = "ErrorCode", code = 0, text = 1 }
errors = { 8 = "absent", 13 = "invalid", 26 = "busy", 48 = "denied" }
progress = "Percentage"
cancel = { call = "Cancel", if = "AllowCancel" }
deadline = "10 s"
[resource.packages]
list = "$installed"
key = "$item.name"
candidate = "$offered"
effects = { column = "info", create = [12], update = [11], delete = [13] }
create = "install"
delete = "remove"
repair = { flow = "transaction", call = "Repair" }
[resource.packages.recipe]
install = { flow = "transaction", call = "Install", args = [2, ["$offered.id"]], simulate = [6, ["$offered.id"]], batch = true }
remove = { flow = "transaction", call = "Remove", args = [0, ["$item.id"]], simulate = [4, ["$item.id"]], batch = true }
[resource.packages.source]
installed = { flow = "transaction", call = "GetPackages", args = [], parts = { id = "{name};{version}" } }
offered = { flow = "transaction", call = "Resolve", args = [["$key"]], parts = { id = "{name};{version}" }, where = { name = "$key", version = "$want.version" }, one = true }
[resource.packages.fields]
version = { read = "$item.version", write = "install" }
`;

const TRANSACTION_XML = `<interface name="org.example.Pk.Transaction">
  ${methodXml("GetPackages")}${methodXml("Resolve", "as")}${methodXml("Install", "t", "as")}${methodXml("Remove", "t", "as")}${methodXml("Repair")}${methodXml("Cancel")}
  <signal name="Package"><arg type="u"/><arg type="s"/></signal><signal name="Packages"><arg type="a(us)"/></signal>
  <signal name="Finished"><arg type="u"/></signal><signal name="ErrorCode"><arg type="u"/><arg type="s"/></signal>
  <property name="Percentage" type="u" access="read"/><property name="AllowCancel" type="b" access="read"/>
</interface>`;

/** A small package service: `needs` are dependencies, `broken` and `stuck` install half, and no listing shows that. */
export class Packages {
  readonly bus = new ScriptedBus();
  readonly installed = new Map<string, string>();
  readonly offered = new Map<string, readonly string[]>([
    ["app", ["1"]],
    ["lib", ["1", "2"]],
    ["twice", ["1", "1b"]],
    ["broken", ["1"]],
    ["stuck", ["1"]],
  ]);
  /** Unpacked and not configured; `stuck` cannot be removed either. */
  readonly half = new Set<string>();
  /** Name -> the error that a rehearsal of its installation ends with. */
  readonly refused = new Map<string, readonly [code: number, text: string]>();
  readonly needs = new Map([["app", ["lib"]]]);
  #count = 0;

  constructor() {
    this.bus.objects.set("/pk", {
      xml: `<interface name="org.example.Pk"><method name="Create"><arg type="o" direction="out"/></method></interface>`,
      methods: { Create: () => this.#create() },
    });
  }

  #create(): Answer {
    const path = `/${++this.#count}`;
    const run = (act: (ids: readonly string[], simulate: boolean) => void) => (call: Call) => {
      const flags = typeof call.body?.[0] === "bigint" ? Number(call.body[0]) : Number(call.body?.[0] ?? 0);
      act((call.body?.at(-1) as readonly string[] | undefined) ?? [], (flags & 4) !== 0);
      return undefined;
    };
    const row = (info: number, id: string): void =>
      this.bus.emit(path, "org.example.Pk.Transaction", "Package", "us", [info, id]);
    const end = (code = 1): void =>
      this.bus.emit(path, "org.example.Pk.Transaction", "Finished", "u", [code]);
    const fail = (code: number, text: string): void => {
      this.bus.emit(path, "org.example.Pk.Transaction", "ErrorCode", "us", [code, text]);
      end(2);
    };
    this.bus.objects.set(path, {
      xml: TRANSACTION_XML,
      properties: { AllowCancel: new Variant("b", true) },
      methods: {
        GetPackages: run(() => {
          const rows = [...this.installed].map(([name, version]) => [1, `${name};${version}`]);
          this.bus.emit(path, "org.example.Pk.Transaction", "Packages", "a(us)", [rows]);
          end();
        }),
        Resolve: run((names) => {
          for (const name of names)
            for (const version of this.offered.get(name) ?? [])
              if (this.installed.get(name) !== version) row(2, `${name};${version}`);
          end();
        }),
        Install: run((ids, simulate) => {
          const refused = ids.map((id) => this.refused.get(nameIn(id))).find((each) => each !== undefined);
          if (simulate && refused !== undefined) return fail(...refused);
          const all = [
            ...new Set(
              ids.flatMap((id) => [
                ...(this.needs.get(nameIn(id)) ?? []).map(
                  (name) => `${name};${this.installed.get(name) ?? "2"}`,
                ),
                id,
              ]),
            ),
          ];
          for (const id of all)
            if (this.installed.get(nameIn(id)) !== id.split(";")[1])
              row(this.installed.has(nameIn(id)) ? 11 : 12, id);
          if (simulate) return end();
          const bad = all.map(nameIn).filter((name) => ["broken", "stuck"].includes(name));
          for (const name of bad) this.half.add(name);
          for (const id of all)
            if (!bad.includes(nameIn(id))) this.installed.set(nameIn(id), id.split(";")[1] ?? "");
          return bad.length > 0 ? fail(58, "postinst failed") : end();
        }),
        Remove: run((ids, simulate) => {
          const names = ids.map(nameIn);
          const dependants = [...this.needs]
            .filter(([name, needs]) => this.installed.has(name) && needs.some((need) => names.includes(need)))
            .map(([name]) => name);
          if (!simulate && names.includes("stuck") && this.half.has("stuck")) return fail(59, "prerm failed");
          for (const name of new Set([...names, ...dependants])) {
            if (this.installed.has(name)) row(13, `${name};${this.installed.get(name)}`);
            if (this.half.has(name)) row(13, `${name};1`);
            if (simulate) continue;
            this.installed.delete(name);
            this.half.delete(name);
          }
          return end();
        }),
        Repair: run(() => end()),
      },
    });
    return ok("o", path);
  }
}

function nameIn(id: string): string {
  return id.split(";")[0] ?? "";
}
