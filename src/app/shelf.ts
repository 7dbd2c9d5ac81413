// The plugins of this machine: folders (shipped, of the system, of the user, given by flag), and for every bus name that
// none of them manages one that is generated when somebody asks for it.

import { OpError } from "../base/error.ts";
import { configHome, type Config, type Who } from "../base/settings.ts";
import type { Bus } from "../host/dbus/dbus.ts";
import type { Plugin } from "../plugin/plugin.ts";
import { generatedPlugin, loadPlugins, pluginNames } from "../plugin/registry/registry.ts";
import { readApprovals } from "./approvals.ts";
import { namesOf } from "./bus-names.ts";

export interface PluginShelf {
  /** Plugins from folders that can be used on the configured bus, by name. Throws the faults of their folders. */
  folders(): Promise<ReadonlyMap<string, Plugin>>;
  /** Plugins of these names, generated ones among them; names that none has are left out. */
  named(names: readonly string[], bus: Bus): Promise<ReadonlyMap<string, Plugin>>;
  /** Every name that `named` knows, for hints and completion. */
  names(bus: Bus): Promise<readonly string[]>;
  /** What `named` gave out, and `use` was told of: their probes are reads. */
  readonly inUse: readonly Plugin[];
  /** A plugin from elsewhere is looked at. */
  use(plugin: Plugin): void;
}

export interface ShelfOptions {
  readonly config: Config;
  readonly who: Who;
  /** Root of the package: the shipped mappings lie there. */
  readonly packageDir: string;
}

export function pluginShelf({ config, who, packageDir }: ShelfOptions): PluginShelf {
  const inUse: Plugin[] = [];
  let folders: Promise<ReadonlyMap<string, Plugin>> | null = null;
  const generated = new Map<string, Plugin>();

  async function load(): Promise<ReadonlyMap<string, Plugin>> {
    const { plugins, faults } = await loadPlugins({
      shippedDir: `${packageDir}/mappings`,
      systemDir: who.uid === 0 ? `${configHome(who)}/plugins` : "/etc/op-dbus/plugins",
      userDir: `${configHome(who)}/plugins`,
      pluginDirs: config.pluginDirs,
      uid: who.uid,
      approvals: readApprovals(config.stateDir, who.uid).digests,
      callDeadlineMs: config.callDeadlineMs,
    });
    if (faults.length > 0) throw new OpError(faults[0]!.code, "a plugin folder cannot be used", { faults });
    const here = plugins.filter(
      ({ bus }) => config.bus === bus || !["system", "session"].includes(config.bus),
    );
    return new Map(here.map((plugin) => [plugin.name, plugin]));
  }
  const shelf = {
    inUse,
    use(plugin: Plugin): void {
      if (!inUse.includes(plugin)) inUse.push(plugin);
    },
    folders: () => (folders ??= load()),
    async named(names: readonly string[], bus: Bus): Promise<ReadonlyMap<string, Plugin>> {
      const known = await shelf.folders();
      const found = new Map<string, Plugin>();
      let services: ReadonlyMap<string, string> | null = null;
      for (const name of names) {
        let plugin = known.get(name) ?? generated.get(name);
        if (plugin === undefined) {
          services ??= await unmanaged(bus, known);
          const service = services.get(name);
          if (service === undefined) continue;
          plugin = generatedPlugin({ name, service, bus: config.bus === "session" ? "session" : "system" });
          generated.set(name, plugin);
        }
        found.set(name, plugin);
        shelf.use(plugin);
      }
      return found;
    },
    async names(bus: Bus): Promise<readonly string[]> {
      const known = await shelf.folders();
      return [...known.keys(), ...(await unmanaged(bus, known)).keys()];
    },
  };
  return shelf;
}

/** Plugin name -> bus name, for the names on the bus that no folder manages. */
async function unmanaged(bus: Bus, known: ReadonlyMap<string, Plugin>): Promise<ReadonlyMap<string, string>> {
  const [running, activatable] = await Promise.all([
    namesOf(bus, "ListNames"),
    namesOf(bus, "ListActivatableNames"),
  ]);
  const managed = new Set([...known.values()].flatMap((plugin) => plugin.services.slice(0, 1)));
  const services = [...new Set([...running, ...activatable])].filter((service) => !managed.has(service));
  return new Map([...pluginNames(services, new Set(known.keys()))].map(([service, name]) => [name, service]));
}
