// memory stats, check, flush: what the memory holds, whether it is whole, and its state written as checkpoints.

import type { Memory, OwnSpace } from "../../memory/memory.ts";
import type { Bound } from "../bound.ts";
import type { Parts } from "../parts.ts";

export const stats: Bound<"memory.stats"> = async (parts, { namespace }) => {
  const memory = await parts.memory.all();
  const namespaces = [];
  for (const space of await spacesOf(parts, memory, namespace)) {
    const { name } = space;
    namespaces.push({ name, ...space.stats() });
  }
  return { namespaces, alerts: memory.alerts() };
};

/** Opening it checks the graph, which is the truth; this checks all there is. */
export const check: Bound<"memory.check"> = async (parts, { namespace }) => {
  const memory = await parts.memory.all();
  const namespaces = [];
  for (const space of await spacesOf(parts, memory, namespace))
    namespaces.push({ name: space.name, ...(await space.check()) });
  return { holds: namespaces.every(({ findings }) => findings.length === 0), namespaces };
};

export const flush: Bound<"memory.flush"> = async (parts) => {
  const memory = await parts.memory.all();
  const spaces = await spacesOf(parts, memory, null);
  await memory.flush();
  return { namespaces: spaces.map(({ name }) => name) };
};

/** One, or all of them; what the memory says of itself only where it is named. */
async function spacesOf(parts: Parts, memory: Memory, namespace: string | null): Promise<OwnSpace[]> {
  const names =
    namespace === null ? memory.namespaces().filter((name) => !name.startsWith("_")) : [namespace];
  const spaces: OwnSpace[] = [];
  for (const name of names) spaces.push(await parts.memory.read(name));
  return spaces;
}
