// org.freedesktop.DBus on the embedded bus: what it declares, and its answers. (D-Bus specification, "Message Bus
// Messages".) It knows the bus through the small interface below; what Node cannot find out (a peer's process id) is
// answered with the error that the specification has for it.

import { LIMITS } from "../../base/limits.ts";
import type { EmbeddedClient } from "./embedded-client.ts";
import { reject } from "./implementation.ts";
import { describeInterface } from "./interface-literal.ts";
import { writeIntrospection } from "./introspect-write.ts";
import { parseRule } from "./match-rule.ts";
import type { Message } from "./message.ts";
import { isBusName, isWellKnownName } from "./names.ts";
import { machineId } from "./standard.ts";
import { Variant, type DBusValue } from "./value.ts";

/** What the driver needs of the bus. */
export interface BusState {
  readonly guid: string;
  /** All names, unique ones too. */
  names(): readonly string[];
  /** Unique name behind a name; undefined when there is none. */
  owner(name: string): string | undefined;
  queue(name: string): readonly string[];
  hello(client: EmbeddedClient): string;
  requestName(client: EmbeddedClient, name: string, flags: number): number;
  releaseName(client: EmbeddedClient, name: string): number;
  becomeMonitor(client: EmbeddedClient, rules: readonly string[]): void;
}

export const DRIVER = "org.freedesktop.DBus";
const ERRORS = `${DRIVER}.Error`;

const BUS_INTERFACE = describeInterface({
  name: DRIVER,
  methods: {
    Hello: { out: [["name", "s"]] },
    RequestName: {
      in: [
        ["name", "s"],
        ["flags", "u"],
      ],
      out: [["result", "u"]],
    },
    ReleaseName: { in: [["name", "s"]], out: [["result", "u"]] },
    StartServiceByName: {
      in: [
        ["name", "s"],
        ["flags", "u"],
      ],
      out: [["result", "u"]],
    },
    ListNames: { out: [["names", "as"]] },
    ListActivatableNames: { out: [["names", "as"]] },
    ListQueuedOwners: { in: [["name", "s"]], out: [["owners", "as"]] },
    NameHasOwner: { in: [["name", "s"]], out: [["has_owner", "b"]] },
    GetNameOwner: { in: [["name", "s"]], out: [["owner", "s"]] },
    GetConnectionUnixUser: { in: [["name", "s"]], out: [["uid", "u"]] },
    GetConnectionUnixProcessID: { in: [["name", "s"]], out: [["pid", "u"]] },
    GetConnectionCredentials: { in: [["name", "s"]], out: [["credentials", "a{sv}"]] },
    AddMatch: { in: [["rule", "s"]] },
    RemoveMatch: { in: [["rule", "s"]] },
    GetId: { out: [["id", "s"]] },
  },
  signals: {
    NameOwnerChanged: [
      ["name", "s"],
      ["old_owner", "s"],
      ["new_owner", "s"],
    ],
    NameAcquired: [["name", "s"]],
    NameLost: [["name", "s"]],
  },
  properties: {
    Features: { type: "as", access: "read", emits: "const" },
    Interfaces: { type: "as", access: "read", emits: "const" },
  },
});
const OTHERS = [
  describeInterface({
    name: `${DRIVER}.Monitoring`,
    methods: {
      BecomeMonitor: {
        in: [
          ["rules", "as"],
          ["flags", "u"],
        ],
      },
    },
  }),
  describeInterface({
    name: `${DRIVER}.Introspectable`,
    methods: { Introspect: { out: [["xml_data", "s"]] } },
  }),
  describeInterface({
    name: `${DRIVER}.Peer`,
    methods: { Ping: {}, GetMachineId: { out: [["machine_uuid", "s"]] } },
  }),
  describeInterface({
    name: `${DRIVER}.Properties`,
    methods: {
      Get: {
        in: [
          ["interface", "s"],
          ["name", "s"],
        ],
        out: [["value", "v"]],
      },
      GetAll: { in: [["interface", "s"]], out: [["values", "a{sv}"]] },
    },
  }),
];
const INTERFACES = new Map([BUS_INTERFACE, ...OTHERS].map((info) => [info.name, info]));
const PROPERTIES: Readonly<Record<string, Variant>> = Object.freeze({
  Features: new Variant("as", []),
  Interfaces: new Variant("as", [`${DRIVER}.Monitoring`]),
});

export interface DriverReply {
  readonly signature: string;
  readonly body: readonly DBusValue[];
}

/** The answer to one call of the driver. Throws DBusError for an error reply. */
export async function answer(bus: BusState, client: EmbeddedClient, call: Message): Promise<DriverReply> {
  const member = call.member ?? "";
  const owner = [...INTERFACES.values()].find(({ name, methods }) => {
    return (call.interface === undefined || call.interface === name) && methods.has(member);
  });
  const method = owner?.methods.get(member);
  if (owner === undefined || method === undefined)
    throw reject(`${ERRORS}.UnknownMethod`, `the bus has no ${member}`);
  const wanted = method.in.map(({ signature }) => signature).join("");
  if (wanted !== call.signature)
    throw reject(`${ERRORS}.InvalidArgs`, `${member} takes the signature '${wanted}'`);
  const signature = method.out.map((argument) => argument.signature).join("");
  const result = await run(bus, client, member, call.body());
  return { signature, body: result === undefined ? [] : [result] };
}

function run(
  bus: BusState,
  client: EmbeddedClient,
  member: string,
  [first, second]: readonly DBusValue[],
): DBusValue | undefined | Promise<DBusValue> {
  const text = typeof first === "string" ? first : "";
  switch (member) {
    case "Hello":
      return bus.hello(client);
    case "RequestName":
      if (!isWellKnownName(text) || text === DRIVER)
        throw reject(`${ERRORS}.InvalidArgs`, `'${text}' cannot be owned`);
      return bus.requestName(client, text, Number(second));
    case "ReleaseName":
      if (!isWellKnownName(text) || text === DRIVER)
        throw reject(`${ERRORS}.InvalidArgs`, `'${text}' cannot be owned`);
      return bus.releaseName(client, text);
    case "StartServiceByName":
      ownerOf(bus, text, "ServiceUnknown");
      return 2;
    case "ListNames":
      return [DRIVER, ...bus.names()];
    case "ListActivatableNames":
      return [DRIVER];
    case "ListQueuedOwners":
      return text === DRIVER || text.startsWith(":") ? [ownerOf(bus, text)] : queued(bus, text);
    case "NameHasOwner":
      return text === DRIVER || bus.owner(text) !== undefined;
    case "GetNameOwner":
      return ownerOf(bus, text);
    case "GetConnectionUnixUser":
      ownerOf(bus, text);
      return process.getuid?.() ?? 0;
    case "GetConnectionUnixProcessID":
      if (ownerOf(bus, text) === DRIVER) return process.pid;
      throw reject(`${ERRORS}.UnixProcessIdUnknown`, "this bus cannot ask for the process of a peer");
    case "GetConnectionCredentials":
      return credentials(ownerOf(bus, text));
    case "AddMatch":
      return addMatch(client, text);
    case "RemoveMatch":
      return removeMatch(client, text);
    case "GetId":
      return bus.guid;
    case "BecomeMonitor":
      bus.becomeMonitor(client, first as readonly string[]);
      return undefined;
    case "Introspect":
      return writeIntrospection({ interfaces: INTERFACES, children: [] });
    case "GetMachineId":
      return machineId();
    case "Get":
      if (text !== DRIVER || !Object.hasOwn(PROPERTIES, String(second))) {
        throw reject(`${ERRORS}.UnknownProperty`, "the bus has no such property");
      }
      return PROPERTIES[String(second)]!;
    case "GetAll":
      return text === DRIVER ? { ...PROPERTIES } : {};
    default:
      return undefined;
  }
}

function ownerOf(bus: BusState, name: string, error = "NameHasNoOwner"): string {
  if (name === DRIVER) return DRIVER;
  const owner = isBusName(name) ? bus.owner(name) : undefined;
  if (owner === undefined) throw reject(`${ERRORS}.${error}`, `the name '${name}' has no owner`);
  return owner;
}

function queued(bus: BusState, name: string): readonly string[] {
  ownerOf(bus, name);
  return bus.queue(name);
}

/** Everybody who can reach the socket is the caller's own uid: its directory is private. */
function credentials(unique: string): { readonly [key: string]: DBusValue } {
  const uid = new Variant("u", process.getuid?.() ?? 0);
  return unique === DRIVER
    ? { UnixUserID: uid, ProcessID: new Variant("u", process.pid) }
    : { UnixUserID: uid };
}

function addMatch(client: EmbeddedClient, text: string): undefined {
  if (client.rules.length >= LIMITS.embeddedMatchesMax) {
    throw reject(`${ERRORS}.LimitsExceeded`, "too many match rules");
  }
  client.rules.push({ text, rule: readRule(text) });
}

function removeMatch(client: EmbeddedClient, text: string): undefined {
  const wanted = JSON.stringify(readRule(text));
  const at = client.rules.findIndex((one) => one.text === text || JSON.stringify(one.rule) === wanted);
  if (at === -1) throw reject(`${ERRORS}.MatchRuleNotFound`, "there is no such match rule");
  client.rules.splice(at, 1);
}

/** Throws DBusError MatchRuleInvalid. */
export function readRule(text: string): ReturnType<typeof parseRule> {
  try {
    return parseRule(text);
  } catch (error) {
    throw reject(`${ERRORS}.MatchRuleInvalid`, error instanceof Error ? error.message : "it is malformed");
  }
}
