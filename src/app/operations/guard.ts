// guard: keep the time of one apply that waits for its commit. Ends with it.

import type { Bound } from "../bound.ts";
import { keepWatch } from "../guard/guard.ts";

export const guard: Bound<"guard"> = async (parts, { id }, talk) => ({
  settled: await keepWatch(parts, id, talk),
});
