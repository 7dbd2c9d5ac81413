// Who the graph is measured against, with the same records on the same disk: LMDB and SQLite as key and value, each told to sync
// every transaction, and the least that anybody can do for one durable record.

import { constants } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { open } from "lmdb";
import { systemDisk as disk } from "../src/store/file/file.ts";

/** A key-value store on disk; `write` is durable when it returns. */
export interface Store {
  write(keys: readonly Uint8Array[], value: Uint8Array): void;
  read(key: Uint8Array): Uint8Array | undefined;
  close(): Promise<void>;
}

export function lmdbStore(scratch: string): Store {
  // Without overlapping syncs a transaction that returns is on disk, as with the others.
  const database = open({
    path: join(scratch, "lmdb"),
    encoding: "binary",
    keyEncoding: "binary",
    overlappingSync: false,
    mapSize: 8 * 1024 ** 3,
  });
  return {
    write(keys, value) {
      database.transactionSync(() => {
        for (const key of keys) database.putSync(Buffer.from(key), Buffer.from(value));
      });
    },
    read: (key) => database.getBinary(Buffer.from(key)),
    close: () => database.close(),
  };
}

export function sqliteStore(scratch: string): Store {
  const database = new DatabaseSync(join(scratch, "sqlite"));
  database.exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-262144");
  database.exec("CREATE TABLE concept (id BLOB PRIMARY KEY, record BLOB) WITHOUT ROWID");
  const insert = database.prepare("INSERT OR REPLACE INTO concept VALUES (?, ?)");
  const select = database.prepare("SELECT record FROM concept WHERE id = ?");
  return {
    write(keys, value) {
      database.exec("BEGIN");
      for (const key of keys) insert.run(key, value);
      database.exec("COMMIT");
    },
    read: (key) => select.get(key)?.["record"] as Uint8Array | undefined,
    close: async () => database.close(),
  };
}

/** Microseconds of one write and fdatasync after the other, into a file that is full of zeros. */
export async function rawDurableUs(scratch: string, record: Uint8Array, times: number): Promise<number> {
  const fd = disk.open(join(scratch, "raw"), constants.O_CREAT | constants.O_RDWR);
  disk.write(fd, new Uint8Array(record.length * times), 0);
  disk.fdatasync(fd);
  const begun = performance.now();
  for (let n = 0; n < times; n++) {
    await disk.writeAsync(fd, record, n * record.length);
    await disk.fdatasyncAsync(fd);
  }
  const us = ((performance.now() - begun) * 1000) / times;
  disk.close(fd);
  return us;
}
