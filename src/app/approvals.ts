// Mappings whose unusual reads a person approved, in the state directory: `@state/approvals.json`, written whole or not
// at all, obeyed only when it belongs to the caller or root and nobody else may write it. An approval holds for the
// bytes of one mapping; whoever edits it has to ask again. The form is in docs/design/approvals.md.

import { dirname, join } from "node:path";
import { OpError } from "../base/error.ts";
import { errnoOf, readTrusted, writeFileAtomically } from "../base/file.ts";
import { LIMITS } from "../base/limits.ts";
import { plainOf, readText, writeJson, type Plain } from "../base/text/text.ts";
import { checkPrivate, systemDisk } from "../store/file/file.ts";
import { makeStateFolder } from "./records/state-folder.ts";

export interface Approval {
  /** Hex SHA-256 of the mapping. */
  readonly digest: string;
  /** The rest is for people. */
  readonly plugin: string;
  readonly calls: readonly string[];
  readonly approvedAt: string;
}

export interface Approvals {
  readonly digests: ReadonlySet<string>;
  /** Remembers one more. Throws OPD1204, OPD5001, OPD5002. */
  add(approval: Approval): Promise<void>;
}

const FORMAT = "op-dbus-approvals";

/** Throws OPD5001, OPD1202, OPD1203 (not to be trusted, too big) and OPD9022 (not of this form): never "nothing was approved". */
export function readApprovals(stateDir: string, uid: number): Approvals {
  const file = join(stateDir, "@state/approvals.json");
  const rows = rowsOf(file, uid);
  return {
    digests: new Set(rows.map(({ digest }) => String(digest))),
    async add({ digest, plugin, calls, approvedAt }) {
      const others = rows.filter((row) => row["digest"] !== digest);
      const mappings = [...others, { digest, plugin, calls, approved_at: approvedAt }];
      await makeStateFolder(stateDir, "@state", uid);
      const text = `${writeJson({ format: FORMAT, version: 1, mappings })}\n`;
      await writeFileAtomically(file, Buffer.from(text), 0o600);
    },
  };
}

type Row = { readonly [key: string]: Plain };

function rowsOf(file: string, uid: number): readonly Row[] {
  let bytes: Buffer;
  try {
    bytes = readTrusted(file, { uid, sizeBytesMax: LIMITS.approvalsFileBytesMax });
  } catch (error) {
    // Nobody approved anything yet, or the state directory is somebody else's: then their approvals are not ours.
    if (error instanceof OpError && ["ENOENT", "EACCES"].includes(errnoOf(error.cause))) return [];
    throw error;
  }
  // Who can write the folder could put an older list of ours into it.
  checkPrivate(systemDisk, dirname(file), uid);
  const { root } = readText(file, bytes.toString("utf8"), "json");
  const content = root === null ? {} : (plainOf(root) as Row);
  const mappings = content["mappings"];
  if (content["format"] !== FORMAT || content["version"] !== 1 || !Array.isArray(mappings)) {
    throw new OpError("OPD9022", `${file} is no list of approvals of this version`, {
      where: file,
      hint: "move it away and approve again: op-dbus plugin check NAME --approve",
    });
  }
  return mappings as readonly Row[];
}
