// audit import: records of the first generation, recomputed, labelled and wrapped as entries of type `legacy`.

import { systemDisk } from "../../store/file/file.ts";
import { importLegacy, readLegacy } from "../../store/audit/legacy.ts";
import type { Bound } from "../bound.ts";

export const importFrom: Bound<"audit.import"> = async (parts, { path }) => {
  const records = await parts.records();
  await records.audit.refresh();
  const imported = await importLegacy(records.audit, readLegacy(systemDisk, path));
  if (imported.records > imported.skipped) records.pin(records.audit.latest()!);
  return imported;
};
