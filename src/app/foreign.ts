// Documents that a stranger could have written: looked at by every command that reads, applied by none.

import { OpError } from "../base/error.ts";
import { visible } from "../base/visible.ts";
import type { SourceText } from "../api/api.ts";

/** Throws OPD1202 for the first source that belongs to neither the caller nor root, or that everybody may write. */
export function refuseForeign(sources: readonly SourceText[]): void {
  const stranger = sources.find(({ foreign }) => foreign !== undefined);
  if (stranger === undefined) return;
  const { file, foreign } = stranger;
  throw new OpError("OPD1202", `${visible(file)} is not applied: ${foreign}`, {
    where: file,
    now: "nothing was changed",
    hint: `read it, then make it yours (chown, chmod) or pass it as standard input: op-dbus apply - < ${visible(file)}`,
  });
}
