// audit key: the key that others check the log with. A rotation is an entry of the log, so that every key is bound to the
// one before it.

import type { Bound } from "../bound.ts";

export const key: Bound<"audit.key"> = async (parts, { rotate }) => {
  const { audit, pin } = await parts.records();
  await audit.refresh();
  const before = rotate ? audit.key : null;
  if (rotate) pin(await audit.rotateKey());
  return { origin: audit.origin, key: audit.key, before };
};
