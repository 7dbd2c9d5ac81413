// Snapshots of the records: names, intervals, retention that explains itself, the free-space guard. File systems are
// reached through the port Subvolumes; what a snapshot is on disk stands in folder.ts.

export { emptyAside, makeAside, place, sweepAside } from "./aside.ts";
export { batched, isDue } from "./due.ts";
export { readSnapshots, type Snapshot } from "./folder.ts";
export { byAge, formatName, isLabel } from "./name.ts";
export { judgeAll, prune, type Pruned, type Rules } from "./prune.ts";
export { type Judgement } from "./retention.ts";
export { belowFloor, floorBytes, type Floor } from "./space.ts";
export { type Subvolumes } from "./subvolumes.ts";
export { SNAPSHOTS_FOLDER, takeSnapshot, type Taken } from "./take.ts";
