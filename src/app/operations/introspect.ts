// introspect: one object with its live values, as document values where they can be said.

import { introspectObject, type LiveObject } from "../../plugin/discover/discover.ts";
import { toDocument } from "../../plugin/value/value.ts";
import type { InterfaceInfo, MethodInfo } from "../../host/dbus/dbus.ts";
import type { InterfaceReply, PropertyReply } from "../../api/api.ts";
import type { Bound } from "../bound.ts";

export const introspect: Bound<"introspect"> = async (parts, { name, path }, talk) => {
  const bus = await parts.readingBus();
  const live = await introspectObject(bus, name, path ?? conventionalPath(name), talk.signal);
  const interfaces = [...live.node.interfaces.values()].map((info) => described(info, live));
  const { owner, node, notes } = live;
  return { name, path: live.path, owner, children: node.children, interfaces, notes };
};

/** org.freedesktop.hostname1 -> /org/freedesktop/hostname1: where nearly every service has its main object. */
function conventionalPath(name: string): string {
  return name.startsWith(":") ? "/" : `/${name.replaceAll(".", "/").replaceAll("-", "_")}`;
}

function described(info: InterfaceInfo, live: LiveObject): InterfaceReply {
  const values = live.values.get(info.name);
  const properties = [...info.properties.values()].map((property): PropertyReply => {
    const reading = values?.get(property.name);
    const { name, signature, access, emits } = property;
    const value =
      reading === undefined
        ? undefined
        : "unknown" in reading
          ? reading
          : toDocument(signature, reading.value);
    return { name, signature, access, emits, value };
  });
  const methods = [...info.methods.values()].map((method) => ({
    name: method.name,
    in: args(method.in),
    out: args(method.out),
  }));
  const signals = [...info.signals.values()].map((signal) => ({
    name: signal.name,
    args: args(signal.args),
  }));
  return { name: info.name, properties, methods, signals };
}

function args(list: MethodInfo["in"]): string {
  return list.map(({ name, signature }) => (name === "" ? signature : `${signature} ${name}`)).join(", ");
}
