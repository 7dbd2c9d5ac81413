// Settings, one a line, in the form of the configuration file; with their origins beside them.

import { visible } from "../../base/visible.ts";
import type { SettingReply } from "../../api/api.ts";
import { table } from "./table.ts";

export function configText(settings: readonly SettingReply[], origin: boolean): string {
  const rows = settings.map((setting) => [
    `${setting.name} = ${visible(setting.value)}`,
    origin ? `# ${visible(setting.origin)}` : "",
  ]);
  return `${table([{ title: "" }, { title: "" }], rows, false).join("\n")}\n`;
}
