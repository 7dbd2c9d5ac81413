// Tells when to read again: property changes and objects that come and go in the service, the signals that a mapping
// names, and a change of owner. It may tell too often; what a service changes without any signal nobody can hear.

import type { Subscription } from "../../../host/dbus/dbus.ts";
import type { Scope } from "../../plugin.ts";
import type { Resource } from "../model.ts";
import type { Runtime } from "./runtime.ts";

export async function watch(runtime: Runtime, scope: Scope, changed: () => void): Promise<{ close(): void }> {
  const { bus } = runtime.ctx;
  const { mapping } = runtime;
  const sender = mapping.service;
  const resources: readonly Resource[] = [
    ...(scope.self === undefined ? [] : [mapping.self]),
    ...[...(scope.resources?.keys() ?? [])].flatMap((name) => mapping.resources.get(name) ?? []),
  ];
  const subscriptions: Subscription[] = [];
  const close = (): void => subscriptions.splice(0).forEach((subscription) => subscription.close());
  try {
    subscriptions.push(await bus.watchName(sender, changed));
    subscriptions.push(
      await bus.subscribe(
        { sender, interface: "org.freedesktop.DBus.Properties", member: "PropertiesChanged" },
        changed,
      ),
    );
    subscriptions.push(
      await bus.subscribe({ sender, interface: "org.freedesktop.DBus.ObjectManager" }, changed),
    );
    for (const match of matchesOf(runtime, resources))
      subscriptions.push(await bus.subscribe({ sender, ...match }, changed));
  } catch (error) {
    close();
    throw error;
  }
  return { close };
}

function matchesOf(
  runtime: Runtime,
  resources: readonly Resource[],
): readonly { readonly interface: string; readonly member: string }[] {
  const matches = resources.flatMap((resource) =>
    resource.changed.flatMap((signal) => {
      const places = [resource.place, resource.object].flatMap(
        (name) => runtime.mapping.places.get(name)?.interfaces ?? [],
      );
      const interfaces = signal.interface === null ? [...new Set(places)] : [signal.interface];
      return interfaces.map((name) => ({ interface: name, member: signal.member }));
    }),
  );
  return matches;
}
