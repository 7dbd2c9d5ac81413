// The configuration of one run: flags, variables and files, read once before anything is connected.

import { readConfigFiles } from "../base/config-files.ts";
import { loadConfig, type Configured } from "../base/config.ts";
import { OpError } from "../base/error.ts";
import type { Who } from "../base/settings.ts";
import type { Globals } from "./argv.ts";

/** The settings that hold. Throws all faults as one error, unless `faulty` ones are wanted too: what is wrong then keeps
 * its default, so that `config show` and `doctor` can tell. */
export function configure(globals: Globals, who: Who, faulty: boolean): Configured {
  const configured = loadConfig({
    flags: globals.settings,
    who,
    files: readConfigFiles(who, globals.configFile),
  });
  const { faults } = configured;
  if (faults.length === 0 || faulty) return configured;
  const count = faults.length === 1 ? "1 fault" : `${faults.length} faults`;
  throw new OpError(faults[0]!.code, `the configuration has ${count}`, { now: "nothing was sent", faults });
}
