// plugin check: a plugin by itself, and against the live service where the bus has it. Starts nothing. On request the
// calls that do not look like reads are approved, for the mapping as it is now, if nothing is wrong with it.

import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { OpError } from "../../base/error.ts";
import type { Plugin } from "../../plugin/plugin.ts";
import { loadPlugins } from "../../plugin/registry/registry.ts";
import { readApprovals } from "../approvals.ts";
import type { Bound } from "../bound.ts";
import type { Parts } from "../parts.ts";

type Talk = Parameters<Bound<"plugin.check">>[2];

export const check: Bound<"plugin.check"> = async (parts, { plugin: asked, approve }, talk) => {
  const found = await findPlugin(parts, asked, talk);
  const unapproved = (found.plugin.unapproved ?? []).map((probe) => `${probe.interface}.${probe.member}`);
  const reply = await checked(parts, found.plugin, found.warnings, talk);
  if (approve && unapproved.length > 0) {
    const { digest, name } = found.plugin;
    const approvedAt = new Date(parts.clock.wallMs()).toISOString();
    await approvals(parts).add({ digest, plugin: name, calls: unapproved, approvedAt });
    const { plugin, warnings } = await findPlugin(parts, found.plugin.source, talk);
    return { ...(await checked(parts, plugin, warnings, talk)), unapproved: [], approved: unapproved };
  }
  return { ...reply, unapproved, approved: [] };
};

function approvals({ configured, who }: Parts) {
  return readApprovals(configured.config.stateDir, who.uid);
}

/** A folder, else the plugin of that name. */
async function findPlugin(
  parts: Parts,
  asked: string,
  talk: Talk,
): Promise<{ readonly plugin: Plugin; readonly warnings: readonly string[] }> {
  if (!asked.includes("/") && !existsSync(join(asked, "plugin.toml"))) {
    const plugin = (await (await parts.shelf()).folders()).get(asked);
    if (plugin === undefined) throw await (await parts.session(talk)).noPlugin(asked);
    void plugin.digest; // opens and checks the whole folder
    return { plugin, warnings: [] };
  }
  const shipped = join(parts.packageDir, "mappings");
  const directory = resolve(asked);
  const isShipped = directory.startsWith(`${shipped}/`);
  const { plugins, faults, warnings } = await loadPlugins({
    shippedDir: isShipped ? directory : null,
    systemDir: null,
    userDir: null,
    pluginDirs: isShipped ? [] : [directory],
    uid: parts.who.uid,
    approvals: approvals(parts).digests,
    callDeadlineMs: parts.configured.config.callDeadlineMs,
  });
  if (faults.length > 0) throw new OpError(faults[0]!.code, `${asked} has faults`, { where: asked, faults });
  const [plugin] = plugins;
  if (plugin === undefined || plugins.length > 1) {
    throw new OpError("OPD1201", `${asked} is no plugin folder`, {
      hint: "it holds plugin.toml and mapping.toml",
    });
  }
  void plugin.digest;
  return { plugin, warnings };
}

/** Notes, and those of the live service where it runs. Throws OPD6101 when it lacks what the mapping names. */
async function checked(parts: Parts, plugin: Plugin, warnings: readonly string[], talk: Talk) {
  const bus = await parts.readingBus().catch(() => null);
  const live = bus !== null && (await bus.owner(plugin.services[0] ?? "")) !== null;
  if (!live) return { name: plugin.name, live, notes: warnings };
  const session = await parts.session(talk);
  (await parts.shelf()).use(plugin);
  const { notes, misfits = [] } = await plugin.schema(session.contextOf(plugin));
  if (misfits.length > 0) {
    const what = `${plugin.name} does not fit ${plugin.services[0]} as it is here`;
    throw new OpError("OPD6101", what, { where: plugin.source, faults: misfits });
  }
  return { name: plugin.name, live, notes: [...warnings, ...notes] };
}
