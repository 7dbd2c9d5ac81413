// A first document to edit, as text: every value that can be written stands commented out, under its table, so that the
// file as written asks for nothing and is valid. Secrets are left out. Pure.

import { writeToml } from "../../base/text/text.ts";
import { isTable, type DocTable, type DocValue, type Schema } from "../../plugin/plugin.ts";

const HEAD = `# What should be. Take the # from what shall hold, then:
#   op-dbus plan FILE     what would change
#   op-dbus apply FILE    do it, verify it, or put everything back
version = 1

[plugins]
`;

/** `document`: what is. As TOML. */
export function draftDocument(document: DocTable, schemas: ReadonlyMap<string, Schema>): string {
  const plugins = document["plugins"];
  const parts = [...schemas.values()].map((schema) =>
    section(schema, isTable(plugins) ? plugins[schema.plugin] : undefined),
  );
  return `${HEAD}${parts.join("")}`;
}

function section(schema: Schema, values: DocValue | undefined): string {
  const table = isTable(values) ? values : {};
  const lines = [...schema.self.values()]
    .filter((field) => field.writable && !field.secret)
    .flatMap((field) => {
      const value = table[field.name];
      const said = value === undefined ? `${field.name} = ` : writeToml({ [field.name]: value }).trimEnd();
      const allowed = field.values === undefined ? "" : `one of ${field.values.join(", ")}`;
      const note = [field.about ?? "", allowed].filter((part) => part !== "").join("; ");
      return [
        ...(note === "" ? [] : [`#   ${oneLine(note)}`]),
        ...said.split("\n").map((line) => `#${line}`),
      ];
    });
  const resources = [...schema.resources.values()].map(
    ({ name, fields }) =>
      `#[plugins.${schema.plugin}.${name}."KEY"]   # ${oneLine([...fields.keys()].slice(0, 8).join(", "))}`,
  );
  return `\n#[plugins.${schema.plugin}]\n${[...lines, ...resources].join("\n")}\n`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ");
}
