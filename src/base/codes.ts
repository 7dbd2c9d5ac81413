// Every error code: its kind (which decides the exit status), one title, and the explanation that
// `op-dbus explain CODE` prints. A table a room: 1 base, 2 state, 3 bus, 4 memory, 5 store, 6 plugin, 9 command line.
// A code is never reused or renumbered.

import { BASE_CODES } from "./codes/base.ts";
import { STATE_CODES } from "./codes/state.ts";
import { BUS_CODES } from "./codes/bus.ts";
import { MEMORY_CODES } from "./codes/memory.ts";
import { STORE_CODES } from "./codes/store.ts";
import { PLUGIN_CODES } from "./codes/plugin.ts";
import { COMMAND_CODES } from "./codes/command.ts";

export { EXITS, type CodeEntry, type Kind } from "./codes/entry.ts";

export const CODES = {
  ...BASE_CODES,
  ...STATE_CODES,
  ...BUS_CODES,
  ...MEMORY_CODES,
  ...STORE_CODES,
  ...PLUGIN_CODES,
  ...COMMAND_CODES,
} as const;

export type Code = keyof typeof CODES;
