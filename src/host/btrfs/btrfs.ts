// BTRFS: subvolumes, snapshots, send and receive, by the `btrfs` program of btrfs-progs. It does what it is told and says
// what came of it; which snapshots are made or removed is decided elsewhere.

export { identityOf } from "./identity.ts";
export { btrfsSubvolumes } from "./subvolumes.ts";
export { transfer } from "./transfer.ts";
