// A plugin folder for a service, from what the service says of itself: plugin.toml, introspection.xml (every interface
// of its objects), a mapping.toml that reads and has every guess at a writer as a comment, and a README. The folder is
// valid as it is: it shows the main object's properties and changes nothing. Or from a mapping of the first generation:
// plugin.toml and the mapping translated, valid when nothing was left open. Pure: names and texts in, files out.

import { OpError } from "../../base/error.ts";
import { writeIntrospection, type InterfaceInfo } from "../../host/dbus/dbus.ts";
import { isSecret, mainPathOf } from "./generated-schema.ts";
import { importSeedMapping, type SeedImport } from "../mapping/mapping.ts";
import { settersOf, type Setter } from "./setters.ts";
import type { DiscoveredObject } from "../discover/walk.ts";

export interface NewPlugin {
  readonly name: string;
  readonly service: string;
  readonly bus: "system" | "session";
  /** As discover found them. */
  readonly objects: readonly DiscoveredObject[];
}

/** File name -> content. Throws OPD6303 when no object has an interface of its own. */
export function createPlugin(from: NewPlugin): ReadonlyMap<string, string> {
  const objects = from.objects.filter((object) => ownInterfaces(object).length > 0);
  const mainPath = mainPathOf(from.service, objects) ?? objects[0]?.path;
  const main = objects.find((object) => object.path === mainPath);
  if (main === undefined) {
    throw new OpError("OPD6303", `${from.service} has no object with an interface of its own`, {
      where: from.service,
    });
  }
  const interfaces = new Map(objects.flatMap(ownInterfaces).map((info) => [info.name, info]));
  const setters = settersOf(ownInterfaces(main));
  return new Map([
    ["plugin.toml", pluginToml(from)],
    ["introspection.xml", writeIntrospection({ interfaces, children: [] })],
    ["mapping.toml", mappingToml(from, main, setters)],
    ["README.md", readme(from, main, objects, interfaces, setters)],
  ]);
}

export interface SeededPlugin extends Pick<SeedImport, "warnings" | "faults"> {
  /** File name -> content; null when nothing could be taken over. With faults something is missing from it. */
  readonly files: ReadonlyMap<string, string> | null;
}

/** The folder for a semantic-mapping.toml of the first generation; `file` is for messages. */
export function createFromSeed(
  { name, bus }: Pick<NewPlugin, "name" | "bus">,
  file: string,
  text: string,
): SeededPlugin {
  const { toml, service, warnings, faults } = importSeedMapping(file, text, { plugin: name, bus });
  if (toml === null || service === null) return { files: null, warnings, faults };
  const files = new Map([
    ["plugin.toml", pluginToml({ name, service, bus })],
    ["mapping.toml", toml],
  ]);
  return { files, warnings, faults };
}

/** Without the interfaces that every object has. */
function ownInterfaces(object: DiscoveredObject): readonly InterfaceInfo[] {
  return [...object.interfaces.values()].filter(({ name }) => !name.startsWith("org.freedesktop.DBus."));
}

function pluginToml({ name, service, bus }: Omit<NewPlugin, "objects">): string {
  return `name = ${quoted(name)}
version = "0.1.0"
service = ${quoted(service)}
bus = ${quoted(bus)}
description = ""
source = "plugin create"
`;
}

function mappingToml(from: NewPlugin, main: DiscoveredObject, setters: readonly Setter[]): string {
  const names = ownInterfaces(main).map(({ name }) => name);
  const isOne = names.length === 1;
  const place = isOne
    ? ""
    : `
# the interfaces of the main object; of several the first that has a member counts
[at.main]
path = ${quoted(main.path)}
interface = [${names.map(quoted).join(", ")}]
`;
  return `# A draft: it reads every property of the main object and changes nothing. Lines that begin with "#?" are guesses
# from names and types. To make a field writable, check the guess under it against the service's documentation, then
# let the guess, without "#?", take the place of the line above it.
format = 1

[service]
name = ${quoted(from.service)}
bus = ${quoted(from.bus)}
path = ${quoted(main.path)}
interface = ${quoted(names[0] ?? "")}
plugin = ${quoted(from.name)}
${place}
[self]
${isOne ? "" : 'at = "main"\n'}${fieldsToml(main, setters)}${collectionsToml(from.service, main, from.objects)}`;
}

/** A line for each readable property; under it, where there is one, a guess at how it is written. */
function fieldsToml(main: DiscoveredObject, setters: readonly Setter[]): string {
  const properties = new Map(
    ownInterfaces(main)
      .toReversed()
      .flatMap((info) => [...info.properties.values()].map((property) => [property.name, property] as const)),
  );
  const readable = [...properties.values()].filter(({ access }) => access !== "write");
  if (readable.length === 0) return "";
  const secrets = readable.filter(isSecret).map(({ name }) => quoted(name));
  const lines = readable.flatMap((property) => {
    const setter = setters.find((found) => found.property.name === property.name);
    if (setter !== undefined) return [`${property.name} = {}`, ...setterLines(setter)];
    const isSet = property.access === "readwrite";
    return [`${property.name} = {}`, ...(isSet ? [`#? ${property.name} = { write = true }`] : [])];
  });
  const secret = secrets.length === 0 ? "" : `secret = [${secrets.join(", ")}]\n`;
  return `${secret}\n[self.fields]\n${lines.join("\n")}\n`;
}

function setterLines({ property, method, args }: Setter): readonly string[] {
  const open = method.in.filter((_, at) => args[at] === null);
  const names = open.map(({ name, signature }) => `${name === "" ? "an argument" : name} (${signature})`);
  const list = args.map((arg) => quoted(arg ?? "FILL_IN")).join(", ");
  const guess = `#? ${property.name} = { write = { call = ${quoted(method.name)}, args = [${list}] } }`;
  return names.length === 0 ? [guess] : [`# fill in ${names.join(", ")}`, guess];
}

/** The service's own interfaces on other objects, and what several of these share: each could be a collection. */
function collectionsToml(
  service: string,
  main: DiscoveredObject,
  objects: readonly DiscoveredObject[],
): string {
  const manager = objects.find((object) => object.interfaces.has("org.freedesktop.DBus.ObjectManager"))?.path;
  const others = objects.filter((object) => object.path !== main.path);
  const byName = Map.groupBy(others.flatMap(ownInterfaces), ({ name }) => name);
  const likely = [...byName].filter(([name, all]) => name.startsWith(`${service}.`) || all.length > 1);
  const infos = likely.flatMap(([, [info]]) =>
    info !== undefined && info.properties.size > 0 ? [info] : [],
  );
  const blocks = infos.map((info) => {
    const resource = `${info.name.slice(info.name.lastIndexOf(".") + 1).toLowerCase()}s`;
    const list =
      manager === undefined
        ? 'call = "FILL_IN"'
        : `path = ${quoted(manager)}, objects = ${quoted(info.name)}`;
    return `
#? [at.${resource}]
#? path = "$item"
#? interface = ${quoted(info.name)}
#? [resource.${resource}]
#? list = "$all"
#? key = "FILL_IN"    # a property that names the item for people: never the object path
#? at = ${quoted(resource)}
#? [resource.${resource}.source]
#? all = { ${list} }
`;
  });
  return blocks.length === 0 ? "" : `\n# Other objects that could be collections.\n${blocks.join("")}`;
}

function readme(
  from: NewPlugin,
  main: DiscoveredObject,
  objects: readonly DiscoveredObject[],
  interfaces: ReadonlyMap<string, InterfaceInfo>,
  setters: readonly Setter[],
): string {
  const list = [...interfaces.values()].map(
    (info) =>
      `- \`${info.name}\`: ${info.methods.size} methods, ${info.properties.size} properties, ${info.signals.size} signals`,
  );
  return `# ${from.name}

\`${from.service}\` on the ${from.bus} bus, as a plugin of op-dbus. Main object: \`${main.path}\`, one of ${objects.length}.

| file | |
|---|---|
| \`plugin.toml\` | name, version, service |
| \`mapping.toml\` | what can be read and written; ${setters.length} guesses at writers wait in comments |
| \`introspection.xml\` | the interfaces as the service described them, for reference and for review |

Without \`mapping.toml\` the plugin is generated from \`introspection.xml\`: read-only, with all objects.

\`\`\`sh
op-dbus plugin check .
op-dbus query --plugin-dir . ${from.name}
\`\`\`

## Interfaces

${list.join("\n")}
`;
}

/** Names of the bus hold nothing that TOML or JSON would escape differently. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
