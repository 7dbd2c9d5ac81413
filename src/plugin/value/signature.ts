// Signatures as lists of their types' texts: what this room reads them for. Parsing is the codec's (strict, cached).

import { parseSignature } from "../../host/dbus/dbus.ts";

/** The complete types of a valid signature in order: "sa{sv}(ii)" -> ["s", "a{sv}", "(ii)"]. Throws OPD3010. */
export function splitTypes(signature: string): readonly string[] {
  return parseSignature(signature).map((type) => type.signature);
}
