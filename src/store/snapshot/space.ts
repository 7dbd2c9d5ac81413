// The free-space guard: below a floor no snapshot is made and the oldest go first, until there is room or only what is
// always kept is left. Snapshots are a comfort; the log that they copy must be able to grow.

import type { Space, Subvolumes } from "./subvolumes.ts";

/** Free space that must be left: at least so many bytes, and so many hundredths of the file system. */
export interface Floor {
  readonly freeBytesMin: number;
  readonly freePercentMin: number;
}

export function belowFloor({ freeBytes, sizeBytes }: Space, floor: Floor): boolean {
  return freeBytes < floorBytes(sizeBytes, floor);
}

/** The floor of a file system of that size, bytes. */
export function floorBytes(sizeBytes: number, { freeBytesMin, freePercentMin }: Floor): number {
  return Math.max(freeBytesMin, (sizeBytes * freePercentMin) / 100);
}

/** Removes `oldestFirst` one by one while the folder's file system is below the floor. `remove` answers whether it could.
 * Returns the names that were removed; look at the space again to know whether that was enough. */
export async function makeRoom(
  subvolumes: Subvolumes,
  folder: string,
  floor: Floor,
  oldestFirst: readonly string[],
  remove: (name: string) => Promise<boolean>,
): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const name of oldestFirst) {
    if (!belowFloor(subvolumes.space(folder), floor)) break;
    if (!(await remove(name))) continue;
    removed.push(name);
    // Space comes back later, by the file system's own cleaner: without waiting, more would go than must.
    await subvolumes.settle(folder);
  }
  return removed;
}
