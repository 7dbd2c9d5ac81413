// Opening one graph with its indexes and the loop that keeps them up.

import { join } from "node:path";
import { openGraph, type OwnGraph } from "../graph/graph.ts";
import { newAttributeIndex } from "../index/attribute.ts";
import { newMeaningIndex } from "../index/meaning.ts";
import { newTimeIndex } from "../index/time.ts";
import type { Derived, GraphReader } from "../ports.ts";
import { newTraces } from "../recall/traces.ts";
import { startReconciler } from "../reconcile/reconcile.ts";
import { newTextIndex } from "../text/text.ts";
import { openVectors } from "../vector/vector.ts";
import { GraphSpace } from "./graph-space.ts";
import type { GroundOptions } from "./ground.ts";

/** Throws OPD4004, OPD4006, OPD4008, OPD5001 to OPD5005. */
export async function openGraphSpace(options: GroundOptions): Promise<GraphSpace> {
  const { directory, disk, clock, metrics, tell } = options;
  // Until it follows a graph it has no vectors to ask for.
  let source: Pick<GraphReader, "vectorView"> = { vectorView: () => null };
  const vectors = await openVectors({
    graph: { vectorView: (slot) => source.vectorView(slot) },
    directory: join(directory, "vectors"),
    disk,
    clock,
  });
  const following: Derived = {
    name: vectors.name,
    apply(changes, graph) {
      source = graph;
      vectors.apply(changes, graph);
    },
    save: (folder) => vectors.save(folder),
    load: (folder) => vectors.load(folder),
  };
  const indexes = {
    text: newTextIndex(disk),
    times: newTimeIndex(disk),
    attributes: newAttributeIndex(disk),
    meanings: newMeaningIndex(disk),
  };
  const traces = newTraces(disk);
  const derived = [indexes.text, indexes.times, indexes.attributes, indexes.meanings, following, traces];
  let opened: OwnGraph | null = null;
  try {
    const beganMs = clock.monotonicMs();
    const graph = (opened = await openGraph({ directory, disk, clock, derived }));
    source = graph;
    const { vectors: count } = vectors.status();
    const persisted = !graph.opened.rebuilt.includes(vectors.name);
    const tookMs = clock.monotonicMs() - beganMs;
    if (count > 0) tell({ kind: "vectors-loaded", vectors: count, tookMs, persisted });
    const loop = startReconciler({
      graph,
      derived,
      clock,
      metrics,
      drained: (changes, tookMs) => tell({ kind: "reconciled", changes, tookMs, checkpoint: false }),
    });
    traces.resume(directory, graph.seq);
    return new GraphSpace(options, { ...indexes, graph, vectors, derived, loop, traces });
  } catch (error) {
    await vectors.close();
    await opened?.close();
    throw error;
  }
}
