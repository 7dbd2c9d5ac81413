// Derived indexes at the start of a graph: each takes what it wrote beside the checkpoint, or, when that is missing, damaged or
// of no use to it, is made again from all concepts, some at a time. What happened since the checkpoint comes to both kinds in
// the queue.

import { setImmediate } from "node:timers/promises";
import type { Disk } from "../../store/file/file.ts";
import type { Applied } from "../model.ts";
import type { Derived, GraphReader } from "../ports.ts";
import { checkpointFolder } from "./files.ts";
import type { Manifest } from "./manifest.ts";
import { holds } from "./restore.ts";

const SLOTS_EACH = 1000;

/** Returns the names of those that were made again. */
export async function loadDerived(
  disk: Disk,
  directory: string,
  manifest: Manifest | null,
  derived: readonly Derived[],
  graph: GraphReader,
): Promise<string[]> {
  const rebuilt: string[] = [];
  for (const one of derived) {
    if (manifest !== null) {
      const folder = checkpointFolder(directory, manifest.folder);
      if ((await holds(disk, folder, manifest, one.name)) && (await one.load(folder))) continue;
    }
    rebuilt.push(one.name);
    await rebuild(one, graph);
  }
  return rebuilt;
}

async function rebuild(derived: Derived, graph: GraphReader): Promise<void> {
  const { seq, slotEnd } = graph;
  for (let slot = 0; slot < slotEnd;) {
    const changes: Applied[] = [];
    for (; slot < slotEnd && changes.length < SLOTS_EACH; slot++)
      if (graph.has(slot)) changes.push({ seq, kind: "put", slot });
    if (changes.length > 0) derived.apply(changes, graph);
    await setImmediate();
  }
}
