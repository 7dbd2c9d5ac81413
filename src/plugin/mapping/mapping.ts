// The face of mappings: reading one, checking it without and with a machine, and what it calls to read.

export { loadMapping } from "./load.ts";
export { checkLive, checkSight, checkView, viewOf, type Introspect } from "./check-live.ts";
export type { Interfaces, LiveCheck, LiveView } from "./live.ts";
export type { Mapping } from "./model.ts";
export { doubtsOf, withoutWrites } from "./approval.ts";
export { probesOf, readsByName } from "./probes.ts";
export { mappedPlugin } from "./mapped-plugin.ts";
export { importSeedMapping, type SeedImport } from "./seed-import.ts";
