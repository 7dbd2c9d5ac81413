// memory import and export: a file taken over, and a namespace as lines of JSON, some at a time.

import { exportLines, importFile } from "../../memory/memory.ts";
import { systemDisk } from "../../store/file/file.ts";
import type { Bound } from "../bound.ts";

export const importFrom: Bound<"memory.import"> = async (parts, { path, namespace }, talk) => {
  const space = await parts.memory.write(namespace);
  return { namespace, ...(await importFile(space, systemDisk, path, talk.signal)) };
};

export const exportPage: Bound<"memory.export"> = async (parts, { namespace, from }) => {
  const space = await parts.memory.read(namespace);
  const snapshot = parts.memory.snapshotOf(space, from === "");
  const page = exportLines(snapshot, space.vectorsOf, from);
  if (page.next === null) parts.memory.released();
  return page;
};
