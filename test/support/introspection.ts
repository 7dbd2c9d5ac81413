// Introspection of real services as recorded in test/fixtures/introspection (Debian 12): which file is which object.

import { readFileSync } from "node:fs";

import { readIntrospection, type InterfaceInfo } from "../../src/host/dbus/dbus.ts";

const FOLDER = new URL("../fixtures/introspection/", import.meta.url);
/** Objects beside the service's own one, which is `service.xml`. */
const FILES: Readonly<Record<string, string>> = Object.freeze({
  "/org/fedoraproject/FirewallD1/config": "config",
  "/org/freedesktop/NetworkManager/Settings": "settings",
  "/org/freedesktop/UDisks2": "manager",
});

export type Interfaces = ReadonlyMap<string, InterfaceInfo>;

/** The interfaces in one recorded file; `edit` changes the XML first. */
export function recorded(
  service: string,
  file: string,
  edit: (xml: string) => string = (xml) => xml,
): Interfaces {
  return readIntrospection(edit(readFileSync(new URL(`${service}/${file}.xml`, FOLDER), "utf8"))).node
    .interfaces;
}

/** Introspects as the recorded machine would answer. */
export function recordedIntrospect(
  edit?: (xml: string) => string,
): (service: string, path: string) => Promise<Interfaces | null> {
  return async (service, path) => recorded(service, FILES[path] ?? "service", edit);
}

/** The action ids that polkit knew there, as far as they belong to these services. */
export function recordedActions(): ReadonlySet<string> {
  return new Set(readFileSync(new URL("polkit-actions.txt", FOLDER), "utf8").trim().split("\n"));
}
