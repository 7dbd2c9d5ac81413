// Who the graph is measured against, with the same records on the same disk: LMDB and SQLite as key and value, each told to sync
// every transaction, and the least that anybody can do for one durable record. LMDB's package is installed into a folder of
// its own when it is first wanted: its lock names packages for other systems that not every registry has.

import { spawnSync } from "node:child_process";
import { constants, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { systemDisk as disk } from "../src/store/file/file.ts";

/** A key-value store on disk; `write` is durable when it returns. */
export interface Store {
  write(keys: readonly Uint8Array[], value: Uint8Array): void;
  read(key: Uint8Array): Uint8Array | undefined;
  close(): Promise<void>;
}

/** As far as it is used here. */
interface Lmdb {
  open(options: object): {
    transactionSync(work: () => void): void;
    putSync(key: Buffer, value: Buffer): void;
    getBinary(key: Buffer): Buffer | undefined;
    close(): Promise<void>;
  };
}

const LMDB = "lmdb@3.5.6";
const PEERS = "/var/tmp/op-dbus-peers";
const INSTALL_MS = 120_000;

/** null = it cannot be installed. */
function lmdb(): Lmdb | null {
  const load = (): Lmdb => createRequire(join(PEERS, "x.js"))("lmdb") as Lmdb;
  try {
    return load();
  } catch {
    mkdirSync(PEERS, { recursive: true });
    const args = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", PEERS, LMDB];
    const { status } = spawnSync("npm", args, { stdio: "ignore", timeout: INSTALL_MS });
    return status === 0 ? load() : null;
  }
}

/** null = LMDB cannot be installed here. */
export function lmdbStore(scratch: string): Store | null {
  const peer = lmdb();
  if (peer === null) return null;
  // Without overlapping syncs a transaction that returns is on disk, as with the others.
  const database = peer.open({
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
