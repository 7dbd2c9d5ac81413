// plugin check: a plugin folder by itself, and against the live service where the bus has it. Starts nothing.

import { resolve } from "node:path";
import { OpError } from "../../base/error.ts";
import type { Plugin } from "../../plugin/plugin.ts";
import { loadPlugins } from "../../plugin/registry.ts";
import type { Bound } from "../bound.ts";
import type { Parts } from "../parts.ts";

export const check: Bound<"plugin.check"> = async (parts, { directory }, talk) => {
  const { plugins, faults, warnings } = await loadPlugins({
    shippedDir: null,
    systemDir: null,
    userDir: null,
    pluginDirs: [resolve(directory)],
    uid: parts.who.uid,
    approvals: new Set(),
  });
  if (faults.length > 0)
    throw new OpError(faults[0]!.code, `${directory} has faults`, { where: directory, faults });
  const [plugin] = plugins;
  if (plugin === undefined || plugins.length > 1) {
    throw new OpError("OPD1201", `${directory} is no plugin folder`, {
      hint: "it holds plugin.toml and mapping.toml",
    });
  }
  void plugin.digest; // opens and checks the whole folder
  const bus = await parts.readingBus().catch(() => null);
  const live = bus !== null && (await bus.owner(plugin.services[0] ?? "")) !== null;
  return {
    name: plugin.name,
    live,
    notes: [...warnings, ...(live ? await liveNotes(parts, plugin, talk) : [])],
  };
};

async function liveNotes(
  parts: Parts,
  plugin: Plugin,
  talk: Parameters<Bound<"plugin.check">>[2],
): Promise<readonly string[]> {
  const session = await parts.session(talk);
  return (await plugin.schema(session.contextOf(plugin))).notes;
}
