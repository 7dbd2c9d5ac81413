// Files that a person asked for by name: written whole or not at all, readable by the owner only.

import { writeFileAtomically } from "../base/file.ts";

/** Writes `text` as FILE, mode 0600: plans and documents may say more than others should read. Throws OPD1204. */
export async function writeOut(file: string, text: string): Promise<void> {
  await writeFileAtomically(file, Buffer.from(text), 0o600);
}
