// replicate: the snapshots to the targets that were named or configured.

import { OpError } from "../../base/error.ts";
import { configHome } from "../../base/settings.ts";
import { replicate } from "../../fleet/replicate.ts";
import type { Bound } from "../bound.ts";
import { floorOf, snapshotGround } from "../records/snapshots.ts";

export const replicateNow: Bound<"replicate"> = async (parts, { targets }, { signal }) => {
  const { config } = parts.configured;
  const wanted = targets.length > 0 ? targets : config.replicateTargets;
  if (wanted.length === 0)
    throw new OpError("OPD9001", "no target is named or configured", {
      hint: "op-dbus replicate /mnt/backup, or replicate_targets in the configuration",
    });
  const { subvolumes, lacks } = await snapshotGround(parts);
  if (lacks !== null)
    throw new OpError("OPD5401", `no replica of ${config.stateDir}: ${lacks}`, { where: config.stateDir });
  const results = await replicate({
    subvolumes,
    stateDir: config.stateDir,
    keysDir: `${configHome(parts.who)}/keys`,
    uid: parts.who.uid,
    targets: wanted,
    amounts: config.snapshotRetention,
    floor: floorOf(parts),
    signal,
  });
  return {
    targets: results.map(({ fault, ...result }) => ({
      ...result,
      fault: fault && { code: fault.code, message: fault.message, hint: fault.hint ?? null },
    })),
  };
};
