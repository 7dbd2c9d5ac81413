// What a mapping's references are about: one item of a resource (or the plugin itself) in one reading, with what the
// document wants of it and what it is now. `look` answers every `$...` of mapping.md; a scope made by `withLocals`
// adds what one run of a recipe knows ($value, $element, $changes, $record, $reply).

import { assert } from "../../../base/assert.ts";
import { Variant } from "../../../host/dbus/dbus.ts";
import type { DocValue } from "../../plugin.ts";
import { fieldWish } from "./field.ts";
import type { Place, Read, Reference, Resource, Source } from "../model.ts";
import { isUnknown, type Raw, type Reading } from "./reading.ts";
import { build, isRows, isWish, termOf, type Found, type Scope, type Wish } from "./resolve.ts";
import { fetchSource } from "./source.ts";
import { isRow, textOf, walk, type Term } from "./term.ts";

/** What is wanted and what was read, by field. Frozen with the action it belongs to. */
export interface Wishes {
  readonly want: ReadonlyMap<string, DocValue>;
  readonly now: ReadonlyMap<string, Raw>;
  /** `$want` is what the document says, never what is there now: for the newest of something. */
  readonly anew?: boolean;
}
const NO_WISHES: Wishes = Object.freeze({ want: new Map(), now: new Map() });

export class Subject implements Scope {
  readonly reading: Reading;
  readonly resource: Resource;
  readonly key: string | null;
  readonly wishes: Wishes;
  /** Listed, or undefined: to be looked for. */
  readonly #given: Term | undefined;
  readonly #sources = new Map<Source, Promise<Found | undefined>>();

  /** `known`: sources that were read while planning and are not read again. */
  constructor(
    reading: Reading,
    resource: Resource,
    key: string | null,
    item: Term | undefined,
    wishes: Wishes = NO_WISHES,
    known: ReadonlyMap<Source, Found> = new Map(),
  ) {
    this.reading = reading;
    this.resource = resource;
    this.key = key;
    this.#given = item;
    this.wishes = wishes;
    for (const [source, found] of known) this.#sources.set(source, Promise.resolve(found));
  }

  /** The sources read so far that have a value. */
  async known(): Promise<ReadonlyMap<Source, Found>> {
    const known = new Map<Source, Found>();
    for (const [source, reading] of this.#sources) {
      const found = await reading.catch(() => undefined);
      if (found !== undefined) known.set(source, found);
    }
    return known;
  }

  /** The item as listed or looked up. undefined: not there. */
  async item(): Promise<Term | undefined> {
    return this.#given;
  }

  async look(reference: Reference): Promise<Found | undefined> {
    switch (reference.root) {
      case "key":
        return this.key === null ? undefined : new Variant("s", this.key);
      case "item": {
        const item = (await this.item()) ?? (await this.candidate());
        return item === undefined ? undefined : walk(item, reference.path);
      }
      case "want":
        return this.#want(reference.name ?? "");
      case "now": {
        const raw = await this.#now(reference.name ?? "");
        return raw === undefined || isUnknown(raw) ? undefined : walk(raw, reference.path);
      }
      case "interactive":
        return new Variant("b", this.reading.runtime.ctx.interactive);
      case "source": {
        const found = await this.source(this.sourceOf(reference));
        if (found === undefined || reference.path.length === 0) return found;
        return walk(termOf(found), reference.path);
      }
      case "value":
      case "element":
      case "record":
      case "changes":
      case "reply":
      case "timeout_s":
        return undefined;
    }
  }

  /** The candidate of an item that is not there yet. Throws OPD6057 when several fit. */
  async candidate(): Promise<Term | undefined> {
    const { candidate } = this.resource;
    if (candidate === null) return undefined;
    const found = await this.look(candidate);
    return found === undefined || isRows(found) ? undefined : termOf(found);
  }

  sourceOf(reference: Reference): Source {
    const source = this.resource.sources.get(reference.name ?? "");
    assert(source !== undefined, `the mapping has the source ${reference.text}`);
    return source;
  }

  /** A source for this subject, fetched once. */
  source(source: Source): Promise<Found | undefined> {
    const known = this.#sources.get(source);
    if (known !== undefined) return known;
    const made = fetchSource(this, source);
    this.#sources.set(source, made);
    return made;
  }

  /** Path of a place for this subject; undefined when its reference has no value. */
  async path(place: Place): Promise<string | undefined> {
    const path = await build(place.path, "o", this);
    return typeof path === "string" ? path : undefined;
  }

  place(name: string): Place {
    const place = this.reading.runtime.mapping.places.get(name);
    assert(place !== undefined, `the mapping has the place ${name}`);
    return place;
  }

  /** What a `read` gives: a wire value, unknown with the reason, or undefined where there is none. */
  async read(read: Read): Promise<Raw | undefined> {
    switch (read.kind) {
      case "property": {
        const place = this.place(this.resource.object);
        const path = await this.path(place);
        return path === undefined ? undefined : this.reading.property(path, place.interfaces, read.property);
      }
      case "reference":
        return rawOf(await this.look(read.reference));
      case "source":
        return rawOf(await this.source(read.source));
      case "record": {
        const record = await this.record();
        return record === undefined ? undefined : rawOf(walk(record, read.path));
      }
      case "none":
        return { unknown: "the service does not give it out" };
      case "all":
        return undefined;
    }
  }

  async record(): Promise<Term | undefined> {
    const found = this.resource.record === null ? undefined : await this.look(this.resource.record);
    return found === undefined ? undefined : termOf(found);
  }

  /** The text of a `read`, for keys and aliases. */
  async text(read: Read): Promise<string | undefined> {
    const raw = await this.read(read);
    return raw === undefined || isUnknown(raw) ? undefined : textOf(raw);
  }

  /** Document, else now, else default. */
  async #want(name: string): Promise<Found | undefined> {
    const doc = this.wishes.want.get(name);
    if (doc !== undefined) return this.wish(name, doc);
    const now = this.wishes.anew === true ? undefined : await this.#now(name);
    if (now !== undefined && !isUnknown(now)) return now;
    const standard = this.resource.fields.get(name)?.default ?? null;
    return standard === null ? undefined : this.wish(name, standard.value);
  }

  /** As read with the item; what was not asked for then is read when a recipe needs it. */
  async #now(name: string): Promise<Raw | undefined> {
    const known = this.wishes.now.get(name);
    if (known !== undefined) return known;
    if (this.#given === undefined && this.resource.name !== null) return undefined;
    return this.read(
      this.resource.fields.get(name)?.read ?? { kind: "property", property: name, at: this.resource.at },
    );
  }

  /** A document's value of one field, on its way to the wire. */
  wish(name: string, doc: DocValue): Wish {
    const now = this.wishes.now.get(name);
    const type = now === undefined || isUnknown(now) ? null : now.signature;
    const { ctx } = this.reading.runtime;
    return fieldWish(this.resource, name, doc, type, now, (reference) => ctx.secretValue(reference));
  }
}

function rawOf(found: Found | undefined): Raw | undefined {
  if (found === undefined) return undefined;
  if (!isRows(found) && isWish(found)) return found.wire(null);
  const term = termOf(found);
  return isRow(term) ? term.whole : term;
}

/** What one run of a recipe adds. */
export interface Locals {
  readonly value?: Found;
  readonly element?: Found;
  readonly changes?: Found;
  readonly record?: Found;
  /** `$element.P`: parts of the element's text. */
  readonly parts?: ReadonlyMap<string, string>;
  readonly timeoutS?: number;
  readonly reply?: (path: readonly (string | number)[]) => Found | undefined;
}

export function withLocals(subject: Subject, locals: Locals): Scope {
  return {
    async look(reference) {
      switch (reference.root) {
        case "value":
          return locals.value;
        case "element":
          return element(locals, reference);
        case "changes":
          return locals.changes;
        case "record":
          return locals.record ?? subject.record();
        case "reply":
          return locals.reply?.(reference.path);
        case "timeout_s":
          return locals.timeoutS === undefined ? undefined : new Variant("u", locals.timeoutS);
        case "key":
        case "item":
        case "want":
        case "now":
        case "interactive":
        case "source":
          return subject.look(reference);
      }
    },
  };
}

function element(locals: Locals, reference: Reference): Found | undefined {
  const [part] = reference.path;
  if (part === undefined) return locals.element;
  const text = locals.parts?.get(String(part));
  return text === undefined ? undefined : new Variant("s", text);
}
