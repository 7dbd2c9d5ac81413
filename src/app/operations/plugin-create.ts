// plugin create: what a service says of itself, written as a plugin folder. The service is started if need be; the
// folder must not exist.

import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { OpError } from "../../base/error.ts";
import { errnoOf, writeFileAtomically } from "../../base/file.ts";
import { createPlugin } from "../../plugin/generated/create.ts";
import { discover } from "../../plugin/discover/discover.ts";
import type { Bound } from "../bound.ts";

export const create: Bound<"plugin.create"> = async (parts, { name, service, directory: given }, talk) => {
  const bus = await parts.readingBus();
  const discovery = await discover(bus, {
    names: [service],
    activate: true,
    signal: talk.signal,
    clock: parts.clock,
  });
  const [found] = discovery.names;
  if (found === undefined || found.error !== null) {
    throw new OpError("OPD3022", `${service} cannot be read: ${found?.error ?? "no such name"}`, {
      hint: "op-dbus discover",
    });
  }
  const kind = parts.configured.config.bus === "session" ? "session" : "system";
  const files = createPlugin({ name, service, bus: kind, objects: found.objects });
  const directory = given ?? `./${name}`;
  makeDirectory(directory);
  try {
    for (const [file, text] of files)
      await writeFileAtomically(join(directory, file), Buffer.from(text), 0o644);
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    throw error;
  }
  return { directory, files: [...files.keys()] };
};

function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { mode: 0o755 });
  } catch (error) {
    const why = errnoOf(error) === "EEXIST" ? "it exists already" : errnoOf(error);
    throw new OpError("OPD1204", `${directory} cannot be made: ${why}`, { where: directory });
  }
}
