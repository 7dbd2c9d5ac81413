// validate: is the text a document, and with `live` does it fit what is here? Without `live` no bus is touched.

import { parseDocument } from "../../state/state.ts";
import type { Bound } from "../bound.ts";
import { refuseInterrupted } from "../session.ts";
import { bindSources, countWishes, documentError } from "../wishes.ts";

export const validate: Bound<"validate"> = async (parts, { sources, live }, talk) => {
  if (live) {
    const session = await parts.session(talk);
    const { document } = await bindSources(session, sources);
    refuseInterrupted(talk, "reading");
    return { plugins: [...document.plugins.keys()], values: countWishes(document), live };
  }
  const { raw, faults } = parseDocument(sources);
  if (raw === null || faults.length > 0) throw documentError(sources, faults);
  const values = [...raw.plugins.values()].reduce((sum, { entries }) => sum + entries.size, 0);
  return { plugins: [...raw.plugins.keys()], values, live };
};
