// Schemas of four small plugins for the tests of documents: own fields, a set of items, units, a record with a secret.

import type { DocValue, FieldSchema, ResourceSchema, Schema } from "../../src/plugin/plugin.ts";

type Normalise = FieldSchema["normalise"];

const asText: Normalise = (value) =>
  typeof value === "string" ? { value } : { fault: `expected a text, found ${typeof value}` };
const asFlag: Normalise = (value) =>
  typeof value === "boolean" ? { value } : { fault: `expected true or false, found ${typeof value}` };
const asIs: Normalise = (value) => ({ value });

function oneOf(...names: readonly string[]): Normalise {
  return (value) =>
    names.includes(String(value))
      ? { value }
      : { fault: `expected one of ${names.join(", ")}`, hint: `did you mean ${names[0]}?` };
}

function field(name: string, normalise: Normalise, more: Partial<FieldSchema> = {}): [string, FieldSchema] {
  const base = {
    kind: "value",
    signature: "s",
    writable: true,
    createOnly: false,
    readable: true,
    secret: false,
  } as const;
  return [name, { ...base, name, normalise, ...more }];
}

function resource(
  name: string,
  fields: [string, FieldSchema][],
  more: Partial<ResourceSchema> = {},
): [string, ResourceSchema] {
  const base = { anyKey: false, canCreate: true, canDelete: true, canUpdate: true, openFields: false };
  return [name, { ...base, name, fields: new Map(fields), ...more }];
}

function schema(
  plugin: string,
  self: [string, FieldSchema][],
  resources: [string, ResourceSchema][] = [],
): [string, Schema] {
  return [
    plugin,
    { plugin, self: new Map(self), resources: new Map(resources), interfaces: new Map(), notes: [] },
  ];
}

const EMPTY: DocValue = "";

export const SCHEMAS: ReadonlyMap<string, Schema> = new Map([
  schema("hostname1", [
    field("StaticHostname", asText),
    field("PrettyHostname", asText, { default: EMPTY }),
    field("Chassis", oneOf("desktop", "laptop", "server", "vm")),
    field("KernelName", asText, { writable: false }),
  ]),
  schema("packagekit", [], [resource("packages", [field("version", asText)])]),
  schema(
    "systemd1",
    [field("LogLevel", asText)],
    [
      resource("units", [field("active", oneOf("active", "inactive")), field("enabled", asFlag)], {
        anyKey: true,
      }),
      resource("jobs", [field("state", asText)]),
    ],
  ),
  schema(
    "networkmanager",
    [field("Token", asText, { secret: true })],
    [
      resource(
        "connections",
        [
          field("wifi-security.psk", asText, { secret: true }),
          field("ipv4.method", asText),
          field("connection.labels", asIs),
        ],
        {
          openFields: true,
          openLevels: 2,
        },
      ),
    ],
  ),
]);
