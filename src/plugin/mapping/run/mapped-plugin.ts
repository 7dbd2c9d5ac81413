// A mapping as a plugin: the contract of plugin.ts, executed. The mapping holds no code; what it may read without
// being a plain read is in `probes`, for the guard of the read-only connection.

import type { Outcome, Plugin, PluginContext, Schema } from "../../plugin.ts";
import { apply, undo } from "./apply.ts";
import { checkpointOf } from "./checkpoint.ts";
import { startReading } from "./items.ts";
import type { Mapping, Recipe, Resource } from "../model.ts";
import { observe } from "./observe.ts";
import { runPlain } from "./perform.ts";
import { plan } from "./plan.ts";
import { probesOf } from "../format/probes.ts";
import type { Memory, Runtime } from "./runtime.ts";
import { schemaOf } from "./schema.ts";
import { Subject } from "./subject.ts";
import { watch } from "./watch.ts";

/** `source`: the folder it came from, for messages. */
export function mappedPlugin(mapping: Mapping, options: { readonly source: string }): Plugin {
  const memory: Memory = { prepared: new Set(), interfaces: new Map(), undone: new WeakSet() };
  const schemas = new Map<string, Promise<Schema>>();
  const reading = (ctx: PluginContext): Runtime => ({ mapping, ctx, memory, reading: true });
  const changing = (ctx: PluginContext): Runtime => ({ mapping, ctx, memory, reading: false });
  const resources = [mapping.self, ...mapping.resources.values()];
  const refresh = runAll(resources, changing, (resource) => resource.refresh);
  const repair = runAll(resources, changing, (resource) => resource.repair);
  return Object.freeze({
    name: mapping.plugin,
    origin: "mapping" as const,
    services: [mapping.service],
    bus: mapping.bus,
    get digest() {
      return mapping.digest();
    },
    source: options.source,
    writable: resources.some(isWritable),
    probes: probesOf(mapping),
    async schema(ctx: PluginContext) {
      // A service that came back may be another version: its schema is made anew.
      const owner = `${ctx.bus.uniqueName} ${(await ctx.bus.owner(mapping.service)) ?? ""}`;
      const known = schemas.get(owner);
      if (known !== undefined) return known;
      schemas.clear();
      const made = schemaOf(reading(ctx));
      if ((await made.catch(() => null)) !== null) schemas.set(owner, made);
      return made;
    },
    observe: (ctx, scope) => observe(reading(ctx), scope),
    plan: (ctx, observed, changes) => plan(reading(ctx), observed, changes),
    apply: (ctx, group) => apply(changing(ctx), group),
    undo: (ctx, group) => undo(changing(ctx), group),
    watch: (ctx, scope, changed) => watch(reading(ctx), scope, changed),
    checkpoint: checkpointOf(mapping, changing),
    ...(refresh === null ? {} : { refresh }),
    ...(repair === null ? {} : { repair }),
  } satisfies Plugin);
}

function isWritable(resource: Resource): boolean {
  const { create, write } = resource;
  return (
    create !== null ||
    resource.delete !== null ||
    write !== null ||
    [...resource.fields.values()].some((field) => field.write.kind !== "read-only")
  );
}

/** Runs that recipe of every resource which has one; null when none has. The first that is not done ends it. */
function runAll(
  resources: readonly Resource[],
  start: (ctx: PluginContext) => Runtime,
  recipeOf: (resource: Resource) => Recipe | null,
): ((ctx: PluginContext) => Promise<Outcome>) | null {
  const having = resources.filter((resource) => recipeOf(resource) !== null);
  if (having.length === 0) return null;
  return async (ctx) => {
    const runtime = start(ctx);
    for (const resource of having) {
      const recipe = recipeOf(resource);
      if (recipe === null) continue;
      const outcome = await runPlain(
        runtime,
        recipe,
        new Subject(startReading(runtime), resource, null, undefined),
      );
      if (outcome.outcome !== "done") return outcome;
    }
    return { outcome: "done" };
  };
}
