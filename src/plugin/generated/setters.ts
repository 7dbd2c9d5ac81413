// Which methods look like they write a property: found by comparing names and types, nothing is tried. A guess for a
// person to check, never used as it is.
//
//   SetTimezone(s timezone, b interactive)   writes Timezone       by its name, its first argument of that type
//   SetLocale(as locale, b interactive)      writes Locale
//   SetX(.., s pretty_hostname, ..)          writes PrettyHostname by an argument of that name and type

import type { Argument, InterfaceInfo, MethodInfo, PropertyInfo } from "../../host/dbus/dbus.ts";

export interface Setter {
  readonly property: PropertyInfo;
  readonly method: MethodInfo;
  /** One per argument, as a mapping writes it: "$value", "$interactive", "$want.Other", or null = not known. */
  readonly args: readonly (string | null)[];
}

/** At most one setter for each readable property of the interfaces of one object. */
export function settersOf(interfaces: Iterable<InterfaceInfo>): readonly Setter[] {
  const all = [...interfaces];
  const properties = all.flatMap((info) => [...info.properties.values()]);
  const methods = all
    .flatMap((info) => [...info.methods.values()])
    .filter((method) => /^set/i.test(method.name));
  return properties.flatMap((property) => {
    if (property.access === "write") return [];
    const setter = methods
      .map((method) => setterOf(property, method, properties))
      .find((found) => found !== null);
    return setter ?? [];
  });
}

function setterOf(
  property: PropertyInfo,
  method: MethodInfo,
  properties: readonly PropertyInfo[],
): Setter | null {
  const isNamed = plainName(method.name) === `set${plainName(property.name)}`;
  const fits = (arg: Argument): boolean => arg.signature === property.signature;
  const byName = method.in.findIndex((arg) => fits(arg) && plainName(arg.name) === plainName(property.name));
  const at = byName >= 0 ? byName : isNamed ? method.in.findIndex(fits) : -1;
  if (at < 0) return null;
  const args = method.in.map((arg, index) =>
    index === at ? "$value" : otherArgument(arg, property, properties),
  );
  return { property, method, args };
}

function otherArgument(
  arg: Argument,
  property: PropertyInfo,
  properties: readonly PropertyInfo[],
): string | null {
  const name = plainName(arg.name);
  if (arg.signature === "b" && (name === "interactive" || name === "userinteraction")) return "$interactive";
  const other = properties.find(
    (candidate) =>
      candidate !== property && plainName(candidate.name) === name && candidate.signature === arg.signature,
  );
  return other === undefined ? null : `$want.${other.name}`;
}

/** time_zone, TimeZone and timezone are one name. */
function plainName(name: string): string {
  return name.replace(/[_-]/g, "").toLowerCase();
}
