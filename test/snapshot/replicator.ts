// Replicates a state directory once: STATE_DIR KEYS_DIR TARGET… Prints what became of each target. A test starts it to have
// it killed.

import { btrfsSubvolumes } from "../../src/host/btrfs/btrfs.ts";
import { replicate } from "../../src/fleet/replicate.ts";

const [stateDir, keysDir, ...targets] = process.argv.slice(2) as [string, string, ...string[]];
const results = await replicate({
  subvolumes: btrfsSubvolumes(0),
  stateDir,
  keysDir,
  uid: 0,
  targets,
  amounts: { newest: 1000 },
  floor: { freeBytesMin: 0, freePercentMin: 0 },
  signal: new AbortController().signal,
});
console.log(
  JSON.stringify(
    results.map(({ fault, ...result }) => ({ ...result, fault: fault && `${fault.code} ${fault.message}` })),
  ),
);
