// The face of mappings: reading one, checking it without and with a machine, and what it calls to read.

export { loadMapping } from "./format/load.ts";
export type { Mapping } from "./model.ts";
export { doubtsOf, withoutWrites } from "./run/approval.ts";
export { mappedPlugin } from "./run/mapped-plugin.ts";
export { importSeedMapping, type SeedImport } from "./format/seed-import.ts";
