// apply: the machine as the documents say, or as it was.

import { applyDocuments } from "../applying.ts";
import type { Bound } from "../bound.ts";

export const apply: Bound<"apply"> = (parts, request, talk) =>
  applyDocuments(parts, request, talk, { purpose: "apply", of: null });
