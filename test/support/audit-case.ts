// Audit logs for tests: a real one in a temporary folder, and its files as values that can be changed at will and verified.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import type { Stats } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock, type Clock } from "../../src/base/clock.ts";
import { openAudit, verifyAudit, type Audit, type AuditOptions } from "../../src/store/audit/audit.ts";
import type { AuditReport, EntryBody, VerifyOptions } from "../../src/store/audit/audit.ts";
import { systemDisk, type Disk } from "../../src/store/file/file.ts";

export interface AuditFolder {
  readonly options: AuditOptions;
  readonly directory: string;
  readonly pin: string;
  open(more?: Partial<AuditOptions>): Promise<Audit>;
  verify(more?: Partial<VerifyOptions>): Promise<AuditReport>;
  files(): Files;
  remove(): void;
}

/** Name below the log's folder -> content. */
export type Files = Map<string, Buffer>;

export function auditFolder(clock: Clock = systemClock): AuditFolder {
  const home = mkdtempSync(join(tmpdir(), "op-dbus-audit-"));
  const directory = join(home, "timing");
  const options: AuditOptions = {
    directory,
    keyDirectory: join(home, "keys"),
    disk: systemDisk,
    clock,
    bootId: "7d1f7b3a-0000-4000-8000-000000000001",
    uid: process.getuid?.() ?? 0,
  };
  return {
    options,
    directory,
    pin: join(home, "pin"),
    open: (more = {}) => openAudit({ ...options, ...more }),
    verify: (more = {}) => verifyAudit({ ...VERIFY, directory, disk: options.disk, clock, ...more }),
    files: () => filesIn(directory),
    remove: () => rmSync(home, { recursive: true }),
  };
}

const VERIFY = { full: true, anchors: [], witnesses: [] } as const;

/** An apply of `actions` actions. */
export function applyOf(n: number, actions: number, more: Partial<EntryBody> = {}): EntryBody[] {
  const apply = n.toString(16).padStart(16, "0");
  return [
    { type: "begin", apply, started: "2026-01-01T00:00:00.000Z" },
    ...Array.from({ length: actions }, (_, i) => ({
      type: "action",
      apply,
      id: String(i),
      address: `fake:things/"thing ${i}".size`,
      before: null,
      after: n * 1000 + i,
      ...more,
    })),
    { type: "end", apply, end: "done" },
  ];
}

function filesIn(directory: string): Files {
  const names = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !["lock", "wanted"].includes(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
  return new Map(names.map((name) => [name.slice(directory.length + 1), readFileSync(name)]));
}

/** The report on a log folder with this content. */
export function verifyFiles(files: Files, more: Partial<VerifyOptions> = {}): Promise<AuditReport> {
  return verifyAudit({ ...VERIFY, directory: "/log", disk: filesDisk(files), clock: systemClock, ...more });
}

/** A disk that holds nothing but these files, below /log, and takes no change. */
function filesDisk(files: Files): Disk {
  const opened = new Map<number, Buffer>();
  let fds = 3;
  const fail = (code: string): never => {
    throw Object.assign(new Error(code), { code });
  };
  const inside = (path: string): string => path.replace(/^\/log\/?/, "");
  const bytesOf = (path: string): Buffer => files.get(inside(path)) ?? fail("ENOENT");
  const below = (path: string): string[] =>
    [...files.keys()].filter((name) => inside(path) === "" || name.startsWith(`${inside(path)}/`));
  const refuse = (): never => fail("EROFS");
  return {
    open(path) {
      opened.set(++fds, bytesOf(path));
      return fds;
    },
    close: (fd) => void opened.delete(fd),
    stat: (fd) => ({ size: opened.get(fd)?.length, isFile: () => true, ino: fd }) as Stats,
    lstat(path) {
      const isFolder = !files.has(inside(path)) && below(path).length > 0;
      if (!isFolder) bytesOf(path);
      return { isDirectory: () => isFolder, isFile: () => !isFolder } as Stats;
    },
    readAsync: refuse,
    read: (fd, into, position) => opened.get(fd)?.copy(into, 0, position) ?? fail("EBADF"),
    list(path) {
      const depth = inside(path) === "" ? 0 : inside(path).split("/").length;
      const names = below(path).map((name) => name.split("/")[depth] ?? "");
      return names.length === 0 ? fail("ENOENT") : [...new Set(names)].toSorted();
    },
    readlink: () => fail("EINVAL"),
    write: refuse,
    writeAsync: refuse,
    fdatasync: refuse,
    fdatasyncAsync: refuse,
    truncate: refuse,
    rename: refuse,
    link: refuse,
    unlink: refuse,
    unlinkAsync: refuse,
    mkdir: refuse,
    syncFolder: refuse,
    syncFolderAsync: refuse,
    freeBytes: () => 0,
    lock: refuse,
  };
}
