// Files of records: the few operations that logs need, as a value, so that tests can fail each of them; private folders;
// files that appear whole or not at all. Every open refuses symbolic links.

export { promptDisk, systemDisk, type Disk } from "./disk.ts";
export type { FileLock } from "./lock.ts";
export { checkPrivate, makePrivate } from "./private.ts";
