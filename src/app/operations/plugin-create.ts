// plugin create: what a service says of itself, or a mapping of the first generation, written as a plugin folder. The
// service is started if need be; the folder must not exist.

import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { OpError } from "../../base/error.ts";
import { errnoOf, writeFileAtomically } from "../../base/file.ts";
import { createFromSeed, createPlugin } from "../../plugin/generated/create.ts";
import { discover } from "../../plugin/discover/discover.ts";
import type { Talk } from "../../api/api.ts";
import type { Bound } from "../bound.ts";
import type { Parts } from "../parts.ts";
import { documentError } from "../wishes.ts";

export const create: Bound<"plugin.create"> = async (parts, { name, from, directory: given }, talk) => {
  const bus = parts.configured.config.bus === "session" ? "session" : "system";
  const directory = given ?? `./${name}`;
  if ("service" in from) {
    const objects = await objectsOf(parts, from.service, talk);
    return await write(directory, createPlugin({ name, service: from.service, bus, objects }));
  }
  const { files, warnings, faults } = createFromSeed({ name, bus }, from.seed.file, from.seed.text);
  for (const message of warnings) talk.tell({ type: "diagnostic", severity: "warning", message });
  if (files === null) throw documentError([from.seed], faults);
  const written = await write(directory, files);
  if (faults.length === 0) return written;
  throw new OpError("OPD6102", `${from.seed.file} leaves something open`, {
    where: from.seed.file,
    now: `${join(directory, "mapping.toml")} was written, but for what is named here`,
    hint: `op-dbus plugin check ${directory}`,
    faults,
  });
};

/** Throws OPD3022. */
async function objectsOf(parts: Parts, service: string, { signal }: Talk) {
  const bus = await parts.readingBus();
  const { names } = await discover(bus, { names: [service], activate: true, signal, clock: parts.clock });
  const [found] = names;
  if (found !== undefined && found.error === null) return found.objects;
  throw new OpError("OPD3022", `${service} cannot be read: ${found?.error ?? "no such name"}`, {
    hint: "op-dbus discover",
  });
}

/** All files or none. Throws OPD1204. */
async function write(directory: string, files: ReadonlyMap<string, string>) {
  makeDirectory(directory);
  try {
    for (const [file, text] of files)
      await writeFileAtomically(join(directory, file), Buffer.from(text), 0o644);
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    throw error;
  }
  return { directory, files: [...files.keys()] };
}

function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { mode: 0o755 });
  } catch (error) {
    const why = errnoOf(error) === "EEXIST" ? "it exists already" : errnoOf(error);
    throw new OpError("OPD1204", `${directory} cannot be made: ${why}`, { where: directory });
  }
}
