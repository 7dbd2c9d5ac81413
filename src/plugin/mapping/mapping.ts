// The face of mappings: reading one, checking it without and with a machine, and what it calls to read.

export { loadMapping } from "./format/load.ts";
export { checkLive, checkSight, checkView, viewOf, type Introspect } from "./live/check-live.ts";
export type { Interfaces, LiveCheck, LiveView } from "./live/live.ts";
export type { Mapping } from "./model.ts";
export { doubtsOf, withoutWrites } from "./run/approval.ts";
export { probesOf, readsByName } from "./format/probes.ts";
export { mappedPlugin } from "./run/mapped-plugin.ts";
export { importSeedMapping, type SeedImport } from "./format/seed-import.ts";
