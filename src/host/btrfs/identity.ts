// By what a subvolume is known: its UUID, and the UUID that the subvolume had which it was received from.
// `btrfs subvolume show` prints them as text; there is no other form.

import { OpError } from "../../base/error.ts";
import { visible } from "../../base/visible.ts";
import { runBtrfs } from "./run.ts";

export interface Identity {
  readonly uuid: string;
  /** null = not received, or not wholly. */
  readonly receivedUuid: string | null;
  readonly readOnly: boolean;
}

/** Throws OPD5301, OPD5302. */
export async function identityOf(path: string): Promise<Identity> {
  return readIdentity(path, await runBtrfs(["subvolume", "show", path]));
}

/** `shown`: what `btrfs subvolume show` prints for `path`. */
export function readIdentity(path: string, shown: string): Identity {
  const line = (name: string): string | undefined =>
    new RegExp(`^\\s*${name}:\\s+(\\S+)`, "m").exec(shown)?.[1];
  const uuid = line("UUID");
  const received = line("Received UUID");
  const flags = line("Flags");
  if (uuid === undefined || received === undefined || flags === undefined)
    throw new OpError("OPD5301", `${visible(path)}: btrfs subvolume show says nothing that is understood`);
  return { uuid, receivedUuid: received === "-" ? null : received, readOnly: flags.includes("readonly") };
}
