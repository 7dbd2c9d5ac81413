// audit export: the log under a head of now, as a folder that other tools check.

import { exportAudit } from "../../store/audit/audit.ts";
import { systemDisk } from "../../store/file/file.ts";
import type { Bound } from "../bound.ts";
import { signed } from "./audit-checkpoint.ts";

export const exportTo: Bound<"audit.export"> = async (parts, { directory, blobs }) => {
  const records = await parts.records();
  const head = await signed(records);
  return { directory, ...exportAudit(records.audit, head, systemDisk, directory, { blobs }) };
};
