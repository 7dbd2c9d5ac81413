// A loaded mapping as plain frozen values: what docs/design/mapping.md says in TOML, with every default filled in, every
// name resolved as far as that is possible without a bus, and a position on everything a message may be about.
// `load.ts` makes it, `check-live.ts` compares it with a machine, the runtime executes it. No behaviour here.
//
//   Mapping -> self, resources -> fields, sources, recipes -> steps -> templates -> references

import type { Position } from "../../base/error.ts";
import type { DocValue, Meaning, Risk } from "../plugin.ts";
import type { Pattern } from "./format/pattern.ts";

// ---- values and references

/** The closed list of what a `$...` can stand for; `source` is a source of the resource by its name. */
export const ROOTS = [
  "key",
  "item",
  "value",
  "element",
  "want",
  "now",
  "record",
  "changes",
  "reply",
  "interactive",
  "timeout_s",
] as const;
export type Root = (typeof ROOTS)[number] | "source";

/** `$item.name`, `$want.Shell`, `$settings.connection.uuid`, `$reply.0`. */
export interface Reference {
  readonly root: Root;
  /** want, now: the field. source: the source. Otherwise null. */
  readonly name: string | null;
  /** What follows: dict keys and columns as text, members and arguments as numbers (digits only in the file). A reply
   * with one argument is that value, with several it is a struct of them; only `$reply.N` always counts arguments. */
  readonly path: readonly (string | number)[];
  /** As written, for messages. */
  readonly text: string;
  readonly at: Position;
}

/** A value with holes. Tables keep the order of the file; an entry whose reference has no value is dropped. */
export type Template =
  | { readonly kind: "constant"; readonly value: boolean | number | bigint | string; readonly at: Position }
  /** `{ "$u" = 5 }`: a variant's content with its signature; `{ "$ay" = "base64" }` bytes. */
  | { readonly kind: "typed"; readonly signature: string; readonly value: Template; readonly at: Position }
  | { readonly kind: "reference"; readonly reference: Reference; readonly at: Position }
  | { readonly kind: "list"; readonly items: readonly Template[]; readonly at: Position }
  | { readonly kind: "table"; readonly entries: ReadonlyMap<string, Template>; readonly at: Position };

/** A value without holes, as a document would write it. */
export interface Literal {
  readonly value: DocValue;
  readonly at: Position;
}

/** `"{name};{version}"`: literals and parts in turn. `before[i]` stands in front of `parts[i]`, `after` at the end. */
export interface TextForm {
  readonly text: string;
  readonly parts: readonly string[];
  readonly before: readonly string[];
  readonly after: string;
  readonly at: Position;
}

// ---- where calls go and how they end

/** An object path with its interfaces. `service` is always one. Its reference is meant in the resource that uses it. */
export interface Place {
  readonly name: string;
  readonly path: Template;
  /** Of several, the first that has the member counts. Never empty. */
  readonly interfaces: readonly string[];
  readonly at: Position;
}

/** How a call that answers later ends. With `open` the call goes to the object that `open` replied (transaction), as
 * `interface`.CALL; without it the call keeps its place (job) and signals come from the service's place. */
export interface Flow {
  readonly name: string;
  readonly open: Step | null;
  /** Where the flow's members and signals are. */
  readonly interface: string;
  /** Run once per connection, at the service's place. */
  readonly once: Step | null;
  /** Run first on each opened object. */
  readonly first: Step | null;
  /** Signal -> columns: its arguments make a row, or each struct of its only (array) argument does. */
  readonly rows: ReadonlyMap<string, readonly string[]>;
  readonly end: {
    readonly signal: string;
    /** Only a signal whose arguments are these is ours (`$reply`). */
    readonly match: ReadonlyMap<number, Template>;
    /** Done when each of these arguments is one of the values; failed otherwise. */
    readonly ok: ReadonlyMap<number, readonly Literal[]>;
    readonly at: Position;
  };
  /** The signal that says why it failed: argument numbers of the code and of the text. */
  readonly fail: {
    readonly signal: string;
    readonly code: number | null;
    readonly text: number | null;
    readonly at: Position;
  } | null;
  /** Code (as text) -> what it means. */
  readonly errors: ReadonlyMap<string, Meaning>;
  /** Property with the percentage; above 100 means not known. */
  readonly progress: string | null;
  /** May be called only while the property `if` (where given) is true. */
  readonly cancel: { readonly call: string; readonly if: string | null; readonly at: Position } | null;
  /** For the whole flow. */
  readonly deadlineMs: number;
  readonly at: Position;
}

/** What an error reply means. `errors` of a mapping is sorted: the first that applies counts (the longest key). */
export interface ErrorRule {
  readonly name: string;
  /** `NAME*`: any name that begins so. */
  readonly prefix: boolean;
  /** The error text must begin so. */
  readonly text: string | null;
  readonly meaning: Meaning;
  readonly at: Position;
}

/** One call that changes something (or opens, hints, rehearses). */
export interface Step {
  readonly call: string;
  readonly args: readonly Template[];
  /** Place name; with a flow that opens an object the flow's object is used instead. */
  readonly place: string;
  readonly flow: string | null;
  /** One call for many items: a one-element list holding a reference gets an element per item, the rest is equal. */
  readonly batch: boolean;
  /** Arguments that make the same call a rehearsal; null = cannot be rehearsed. */
  readonly simulate: readonly Template[] | null;
  /** Reply conditions; empty = the reply is enough. */
  readonly ok: readonly ReplyCheck[];
  /** Whole polkit action id, its own or the resource's; null = none known. */
  readonly action: string | null;
  /** Until the step is over: its reply, or with a flow its end (step, else flow, else resource, else service). */
  readonly deadlineMs: number;
  /** Raises the derived risk; null = as derived. */
  readonly risk: Risk | null;
  readonly at: Position;
}

/** `"0.*" = [0]`: argument number first, then keys or members; `*` = each. */
export interface ReplyCheck {
  readonly path: readonly (string | number)[];
  readonly values: readonly Literal[];
  readonly at: Position;
}

/** Steps in order. `name`: fields that name the same recipe are written by one run of it; null = written in place. */
export interface Recipe {
  readonly name: string | null;
  readonly steps: readonly Step[];
  readonly at: Position;
}

/** A named (or inline: name null) read, fetched when referenced, once per item and reading. */
export interface Source {
  readonly name: string | null;
  readonly fetch:
    | { readonly kind: "call"; readonly call: string; readonly args: readonly Template[] }
    | { readonly kind: "property"; readonly property: string }
    /** Paths of the objects that have this interface; asked from the ObjectManager at the place's path. */
    | { readonly kind: "objects"; readonly interface: string }
    /** The `$item` of that resource with this item's key. */
    | { readonly kind: "of"; readonly resource: string };
  readonly place: string;
  /** Replaces the path of the place. */
  readonly path: Template | null;
  readonly flow: string | null;
  /** As in a step. */
  readonly deadlineMs: number;
  /** Names for the members of each struct of the reply; null = by number (or the rows of the flow). */
  readonly columns: readonly string[] | null;
  /** Column -> how its text is split into more columns. */
  readonly parts: ReadonlyMap<string, TextForm>;
  /** Rows with these columns only; a reference without a value is no condition. */
  readonly where: ReadonlyMap<string, Template>;
  /** Exactly one row (equal ones count once): none = absent, more = a fault. */
  readonly one: boolean;
  readonly at: Position;
}

/** Where a field, key or alias comes from. */
export type Read =
  /** A property of the resource's `object`. */
  | { readonly kind: "property"; readonly property: string; readonly at: Position }
  | { readonly kind: "reference"; readonly reference: Reference; readonly at: Position }
  | { readonly kind: "source"; readonly source: Source; readonly at: Position }
  /** The path of this name in the resource's record. */
  | { readonly kind: "record"; readonly path: readonly string[]; readonly at: Position }
  /** Cannot be read. */
  | { readonly kind: "none"; readonly at: Position }
  /** What the fields of `write.fields` (kind all) agree on, else mixed. */
  | { readonly kind: "all"; readonly at: Position };

/** How a field is written. */
export type Write =
  | { readonly kind: "read-only" }
  /** Properties.Set of the property it reads. */
  | { readonly kind: "property"; readonly action: string | null; readonly at: Position }
  | { readonly kind: "recipe"; readonly recipe: Recipe }
  /** Per document value, named as in `values` (`true`, `false` for booleans). */
  | { readonly kind: "when"; readonly cases: ReadonlyMap<string, Recipe>; readonly at: Position }
  /** A set: one run per `$element`. At least one is given. */
  | {
      readonly kind: "elements";
      readonly add: Recipe | null;
      readonly remove: Recipe | null;
      readonly at: Position;
    }
  /** Stands for these fields: written to each. */
  | { readonly kind: "all"; readonly fields: readonly string[]; readonly at: Position }
  /** A part of the record, written by the resource's `write` (or `create`). */
  | { readonly kind: "record" };

/** One name of an enumeration. */
export interface NamedValue {
  /** As in the file: `true` and `false` are booleans in documents. */
  readonly name: string;
  readonly document: string | boolean;
  /** Equivalent wire values, the first is written; empty for the rest. */
  readonly wire: readonly Literal[];
  /** `"*"`: all other wire values. It has nothing to write. */
  readonly rest: boolean;
  readonly at: Position;
}

export const UNITS = ["bytes", "us", "ms", "s", "percent", "count"] as const;
export type Unit = (typeof UNITS)[number];

export interface Check {
  /** Matches the whole text, in linear time. */
  readonly pattern: Pattern | null;
  /** Bounds of the document's value (before `scale`), both included. */
  readonly min: number | bigint | null;
  readonly max: number | bigint | null;
  /** The allowed values, or where they are read. */
  readonly in: readonly Literal[] | Reference | null;
  readonly at: Position;
}

export interface Field {
  readonly name: string;
  readonly read: Read;
  readonly write: Write;
  /** Enumeration, or (with a unit) names for some numbers; empty = none. */
  readonly values: readonly NamedValue[];
  readonly unit: Unit | null;
  /** Wire value = document value x scale. */
  readonly scale: number;
  /** A struct as one string; a list of strings as a table (`{key}={value}`). */
  readonly text: TextForm | null;
  readonly check: Check | null;
  /** Document value written for `null`, and `$want` of a new item; null = there is none. */
  readonly default: Literal | null;
  /** Fields written before. */
  readonly after: readonly string[];
  /** Where its name stands. */
  readonly at: Position;
}

/** One glob of `types`: the signature of what it matches, and how bytes are shown. */
export interface TypeRule {
  readonly glob: string;
  readonly signature: string;
  /** `ay:path` UTF-8 plus NUL, `ay:text` UTF-8, `ay:mac` AA:BB:...; null = the plain form. */
  readonly form: "path" | "text" | "mac" | null;
  readonly at: Position;
}

/** `{ PROPERTY = [values] }` of the item's object. Any one that holds is enough. */
export interface PropertyCondition {
  readonly property: string;
  readonly values: readonly Literal[];
  readonly at: Position;
}

/** A signal that means read again. `interface` null: of the resource's `at` or `object` place. */
export interface SignalName {
  readonly interface: string | null;
  readonly member: string;
  readonly at: Position;
}

/** What rows of a simulation announce, by one of their columns. */
export interface Effects {
  readonly column: string;
  readonly create: readonly Literal[];
  readonly update: readonly Literal[];
  readonly delete: readonly Literal[];
  readonly at: Position;
}

/** `self` (name null) or a collection (`list` given). */
export interface Resource {
  readonly name: string | null;
  /** Place of calls. */
  readonly place: string;
  /** Place whose properties are the fields. */
  readonly object: string;
  /** null only for `self`. */
  readonly list: Reference | null;
  /** null only for `self`. Never kind record, none or all. */
  readonly key: Read | null;
  readonly alias: Read | null;
  readonly get: Reference | null;
  readonly candidate: Reference | null;
  /** What could be created, listed only to say which names are near a wrong one. */
  readonly offers: Reference | null;
  readonly anyKey: boolean;
  readonly absent: readonly PropertyCondition[];
  readonly pending: readonly PropertyCondition[];
  readonly record: Reference | null;
  /** The first that matches counts. */
  readonly types: readonly TypeRule[];
  /** Globs of field names: glob.ts. */
  readonly ignore: readonly string[];
  readonly secret: readonly string[];
  readonly create: Recipe | null;
  readonly delete: Recipe | null;
  /** Of the record. */
  readonly write: Recipe | null;
  readonly refresh: Recipe | null;
  readonly repair: Recipe | null;
  readonly effects: Effects | null;
  /** Resources done before; deletion the other way round. */
  readonly after: readonly string[];
  readonly changed: readonly SignalName[];
  readonly sources: ReadonlyMap<string, Source>;
  readonly recipes: ReadonlyMap<string, Recipe>;
  readonly fields: ReadonlyMap<string, Field>;
  readonly at: Position;
}

/** The service's own transaction. `$reply` is what `create` gave, in the other three. */
export interface CheckpointRecipes {
  readonly create: Recipe;
  readonly commit: Recipe;
  readonly rollback: Recipe;
  readonly extend: Recipe | null;
  /** Resources it restores ("self" for the plugin's own fields). */
  readonly covers: readonly string[];
  /** Undone by the service itself after `$timeout_s`. */
  readonly expires: boolean;
  readonly at: Position;
}

export interface Mapping {
  readonly file: string;
  /** Hex SHA-256 of the file's text. Made when asked for: most runs need none, and none of Node's crypto. */
  readonly digest: () => string;
  /** Bus name, and the name in documents. */
  readonly service: string;
  readonly plugin: string;
  readonly bus: "system" | "session";
  /** Default per call. */
  readonly deadlineMs: number;
  /** By name; `service` is always there. */
  readonly places: ReadonlyMap<string, Place>;
  readonly flows: ReadonlyMap<string, Flow>;
  /** The first that applies counts. The standard D-Bus names are not among them: the runtime knows those. */
  readonly errors: readonly ErrorRule[];
  readonly checkpoint: CheckpointRecipes | null;
  /** The plugin's own fields; empty when the mapping has no [self]. */
  readonly self: Resource;
  /** Is there a [self], if only an empty one? Then the properties of its object are fields; else there are none. */
  readonly hasSelf: boolean;
  readonly resources: ReadonlyMap<string, Resource>;
}
