// The document that leads from now to the machine of an earlier generation: for every address that was written since, the
// value from then. What a document cannot say is said beside it, so nothing is lost silently. Pure.

import {
  isTable,
  type FieldSchema,
  type Reading,
  type ResourceSchema,
  type Schema,
} from "../../plugin/plugin.ts";
import { writeJson } from "../../base/text/text.ts";
import { formatAddress } from "../address.ts";
import { wayBack } from "../inventory/partial.ts";
import { tree, type Tree } from "../inventory/tree.ts";
import { isThere, type Beliefs, type Owner } from "./beliefs.ts";
import { sameReading } from "./blame.ts";
import { ABSENT } from "./facts.ts";

export interface WayBack {
  /** JSON text of a document. */
  readonly text: string;
  /** Does it ask for anything? */
  readonly isEmpty: boolean;
  readonly unsaid: readonly { readonly address: string; readonly reason: string }[];
}

/** `then`: the state to go to, with what was written later; `now`: the state after the last generation. */
export function wayTo(then: Beliefs, now: Beliefs, schemas: ReadonlyMap<string, Schema>): WayBack {
  const unsaid: { address: string; reason: string }[] = [];
  const growing = tree(schemas);
  let isEmpty = true;
  const out: Tree = {
    ...growing,
    put(place, value) {
      isEmpty = false;
      growing.put(place, value);
    },
    unsaid(address, reason) {
      unsaid.push({ address, reason });
      growing.unsaid(address, reason);
    },
  };
  for (const [name, { whole, moved, fields }] of then.later) {
    const was = then.owners.get(name)!;
    const is = now.owners.get(name) ?? was;
    const owner = new OwnerBack(out, was, is, schemas.get(was.place.plugin));
    if (!owner.canSay(name)) continue;
    if (was.place.key !== null && whole) owner.presence(name);
    if (moved && isThere(was)) out.unsaid(name, "a newer version cannot be taken back");
    if (was.place.key !== null && !isThere(was)) continue;
    for (const field of whole ? new Set([...was.fields.keys(), ...fields]) : fields) owner.field(field);
  }
  return { text: `${writeJson(growing.document())}\n`, isEmpty, unsaid };
}

/** One item, or a plugin itself, on its way back. */
class OwnerBack {
  readonly #out: Tree;
  readonly #was: Owner;
  readonly #is: Owner;
  readonly #schema: Schema | undefined;
  readonly #resource: ResourceSchema | undefined;
  /** It is gone now and has to come back. */
  readonly #isMissing: boolean;

  constructor(out: Tree, was: Owner, is: Owner, schema: Schema | undefined) {
    this.#out = out;
    this.#was = was;
    this.#is = is;
    this.#schema = schema;
    this.#resource = schema?.resources.get(was.place.resource ?? "");
    this.#isMissing = was.place.key !== null && !isThere(is);
  }

  /** Is there still a plugin, and in it a resource, of this name? */
  canSay(name: string): boolean {
    const { plugin, resource } = this.#was.place;
    if (this.#schema === undefined) this.#out.unsaid(name, `no plugin ${plugin} here`);
    else if (resource !== null && this.#resource === undefined)
      this.#out.unsaid(name, `${plugin} has no ${resource} any more`);
    else return true;
    return false;
  }

  presence(name: string): void {
    const { place } = this.#was;
    const wanted = isThere(this.#was);
    const can = wanted ? this.#resource?.canCreate : this.#resource?.canDelete;
    if (wanted === this.#isMissing && can !== true)
      this.#out.unsaid(name, wanted ? "it cannot be created" : "it cannot be removed");
    else this.#out.put({ ...place, field: "ensure" }, wanted ? "present" : "removed");
  }

  field(field: string): void {
    const { place } = this.#was;
    const was = this.#was.fields.get(field);
    const is = this.#isMissing ? ABSENT : (this.#is.fields.get(field) ?? ABSENT);
    const why = this.#obstacle(field, was, is);
    if (why !== null) this.#out.unsaid(formatAddress({ ...place, field }), why);
    else if (was !== undefined && "known" in was && this.#isWritten(field)) {
      if (was.known !== null) {
        const now = "known" in is ? is.known : null;
        const kind = isTable(was.known) ? (this.#fieldSchema(field)?.kind ?? "value") : "value";
        this.#out.put({ ...place, field }, wayBack(was.known, now, kind));
      } else if (!isSame(was, is)) this.#out.put({ ...place, field }, null);
    }
  }

  /** Why a document cannot say it; null = it can, or need not. */
  #obstacle(field: string, was: Reading | undefined, is: Reading): string | null {
    if (was === undefined) return "its value from then is not known";
    if ("unknown" in was) return `its value from then is not known: ${was.unknown}`;
    if (isSame(was, is)) return null;
    if ("digest" in was) return "a secret: its value is not kept, only a digest";
    const schema = this.#fieldSchema(field);
    if (schema === undefined) return this.#isOpen() ? null : "there is no such field any more";
    if (!this.#isWritten(field)) return schema.createOnly ? "it can be chosen only at creation" : "read-only";
    // null in a document is the default; that it be not set can be said only where these are one.
    const canReset = schema.default === null || this.#isMissing;
    return "known" in was && was.known === null && !canReset
      ? "was not set, and a document cannot say that of it"
      : null;
  }

  #isWritten(field: string): boolean {
    const schema = this.#fieldSchema(field);
    if (schema === undefined) return this.#isOpen();
    return schema.writable || (schema.createOnly && this.#isMissing);
  }

  #isOpen(): boolean {
    return this.#resource?.openFields === true;
  }

  #fieldSchema(field: string): FieldSchema | undefined {
    return this.#was.place.resource === null
      ? this.#schema?.self.get(field)
      : this.#resource?.fields.get(field);
  }
}

/** Is it surely as it was? */
function isSame(was: Reading, is: Reading): boolean {
  return !("unknown" in is) && sameReading(was, is);
}
