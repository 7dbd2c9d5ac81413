// What a document says of one item: whether it shall be there, and its fields. In a record resource the tables below
// an item are parts of dotted field names (`ipv4.method`), as deep as the schema says.

import { nearest } from "../../base/nearest.ts";
import { plainOf, type Located, type LocatedTable } from "../../base/text/text.ts";
import type { ResourceSchema } from "../../plugin/plugin.ts";
import { formatAddress, type Address } from "../address.ts";
import { bindField } from "./bind-field.ts";
import { UNKNOWN_KEY } from "./document.ts";
import { kindName, namesHint, type DocumentFaults } from "./document-faults.ts";
import { isLiteral, isReset } from "./merge.ts";
import type { Wanted, WantedItem } from "../model.ts";

type Ensure = WantedItem["ensure"];
const ENSURE: ReadonlyMap<string, Ensure> = new Map([
  ["installed", "present"],
  ["present", "present"],
  ["removed", "removed"],
  ["absent", "removed"],
  ["latest", "latest"],
]);
const WORDS = [...ENSURE.keys()];

/** null = nothing of it was understood. Adds OPD2002, OPD2004, OPD2006, OPD2007 and the faults of its fields. */
export function bindItem(
  plugin: string,
  schema: ResourceSchema,
  key: string,
  located: Located,
  faults: DocumentFaults,
): WantedItem | null {
  const at = located.keyAt ?? located.at;
  const address = { plugin, resource: schema.name, key, field: null };
  if (key === "") faults.add("OPD2002", at, `an item of ${schema.name} needs a key`, { address });
  if (!(located.value instanceof Map)) {
    faults.add("OPD2002", located.at, `an item is a table, this is ${kindName(located.value)}`, {
      address,
      hint: located.value === null ? 'write ensure = "removed" in it' : "{} asks for it to be there",
    });
    return null;
  }
  const binder = new ItemBinder(plugin, schema, key, faults);
  binder.bind(located.value, "", 1);
  const { ensure, fields } = binder;
  const [firstField] = fields.values();
  if (ensure?.word === "removed" && firstField !== undefined)
    faults.add("OPD2007", firstField.at, "an item that shall be removed has no fields", { address });
  return { key, ensure: ensure?.word ?? "present", ensureSaid: ensure !== null, fields, at };
}

class ItemBinder {
  readonly fields = new Map<string, Wanted>();
  ensure: { readonly word: Ensure; readonly at: Located["at"] } | null = null;
  readonly #plugin: string;
  readonly #schema: ResourceSchema;
  readonly #key: string;
  readonly #faults: DocumentFaults;

  constructor(plugin: string, schema: ResourceSchema, key: string, faults: DocumentFaults) {
    this.#plugin = plugin;
    this.#schema = schema;
    this.#key = key;
    this.#faults = faults;
  }

  /** The entries of one table; `prefix` is "" for the item itself, else ends with a dot. */
  bind(table: LocatedTable, prefix: string, level: number): void {
    for (const [part, located] of table) {
      const name = prefix + part;
      if (name === UNKNOWN_KEY) continue;
      if (prefix === "" && this.#isEnsure(part, located)) this.#bindEnsure(located);
      else this.#bindName(name, located, level);
    }
  }

  #bindName(name: string, located: Located, level: number): void {
    const address = {
      plugin: this.#plugin,
      resource: this.#schema.name,
      key: this.#key,
      field: name,
    };
    const field = this.#schema.fields.get(name);
    if (field !== undefined) {
      this.#set(name, bindField(field, located, address, this.#faults), address);
    } else if (!this.#schema.openFields) {
      const names = [...this.#schema.fields.keys()];
      const hint = namesHint(nearest(name, [...names, "ensure"]), names);
      const message = `${this.#schema.name} of ${this.#plugin} have no ${JSON.stringify(name)}`;
      this.#faults.add("OPD2004", located.keyAt ?? located.at, message, { address, hint });
    } else {
      const { value, at } = located;
      if (
        value instanceof Map &&
        level < (this.#schema.openLevels ?? Infinity) &&
        !isLiteral(value) &&
        !isReset(value)
      )
        this.bind(value, `${name}.`, level + 1);
      else if (value === null || isReset(value)) this.#set(name, { value: null, reset: true, at }, address);
      else this.#set(name, { value: plainOf(located), reset: false, at }, address);
    }
  }

  #set(name: string, wanted: Wanted | null, address: Address): void {
    const there = this.fields.get(name);
    if (wanted === null) return;
    if (there === undefined) this.fields.set(name, wanted);
    else {
      // A quoted key with dots beside the tables that mean the same name.
      const { file, line, column } = there.at;
      const message = `${formatAddress(address)} is already given at ${file}:${line}:${column}`;
      this.#faults.add("OPD2006", wanted.at, message, { address, hint: "keep one of the two" });
    }
  }

  /** `state` is a word for ensure where no field has the name. */
  #isEnsure(name: string, { value }: Located): boolean {
    if (this.#schema.fields.has(name)) return false;
    return name === "ensure" || (name === "state" && (typeof value !== "object" || !this.#schema.openFields));
  }

  #bindEnsure({ value, at, keyAt = at }: Located): void {
    const address = {
      plugin: this.#plugin,
      resource: this.#schema.name,
      key: this.#key,
      field: null,
    };
    const word = typeof value === "string" ? ENSURE.get(value) : undefined;
    if (word === undefined) {
      const near = typeof value === "string" ? nearest(value, WORDS) : null;
      const hint =
        near === null
          ? `write ${WORDS.map((one) => JSON.stringify(one)).join(", ")}`
          : namesHint(near, WORDS);
      this.#faults.add("OPD2007", at, "ensure does not know this word", { address, hint });
    } else if (this.ensure !== null && this.ensure.word !== word) {
      const { file, line, column } = this.ensure.at;
      const message = `${formatAddress(address)} is asked for something else at ${file}:${line}:${column}`;
      this.#faults.add("OPD2006", keyAt, message, { address, hint: "keep one of the two" });
    } else this.ensure = { word, at: keyAt };
  }
}
