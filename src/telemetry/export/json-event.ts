// One event as the members of a JSON object, put together as bytes: JSON.stringify takes three times as long, and there are
// tens of thousands. Loki has the same members inside of a JSON text, where every quote has a backslash.

import { EVENT_TYPES, type EventType, type TraceEvent } from "../trace/model.ts";
import { putFields, type Fields } from "./event-fields.ts";
import { fieldName, type FieldName } from "./field-name.ts";
import { bounded } from "./record.ts";
import { stamp, stampsOf, type Stamp } from "./stamp.ts";
import { TextWriter } from "./text-writer.ts";

type Quote = '"' | '\\"';

export interface JsonEvents {
  readonly writer: TextWriter;
  /** The members of one event, without braces, into the writer. */
  write(event: TraceEvent): void;
}

/** A writer and what writes events into it. `quote`: how a quote is written. */
export function jsonEvents(quote: Quote): JsonEvents {
  const writer = new TextWriter();
  const fields = new JsonFields(writer, quote);
  return Object.freeze({ writer, write: (event: TraceEvent) => fields.event(event) });
}

const SEQ = fieldName("seq");

class JsonFields implements Fields {
  readonly #to: TextWriter;
  readonly #quote: Stamp;
  readonly #isQuoted: boolean;
  readonly #time: Stamp;
  /** From the end of the time to the worker. */
  readonly #types: Readonly<Record<EventType, Stamp>>;
  readonly #stampOf: (text: string) => Stamp;

  constructor(to: TextWriter, quote: Quote) {
    this.#to = to;
    this.#isQuoted = quote !== '"';
    this.#quote = stamp(quote);
    this.#stampOf = stampsOf((text) => {
      const json = JSON.stringify(bounded(text));
      return this.#isQuoted ? JSON.stringify(json).slice(1, -1) : json;
    });
    const q = quote;
    this.#time = stamp(`${q}timestamp_ns${q}:${q}`);
    const typed = (type: EventType): Stamp =>
      stamp(`${q},${q}event_type${q}:${q}${type}${q},${q}worker${q}:`);
    const types = EVENT_TYPES.map((type) => [type, typed(type)] as const);
    this.#types = Object.fromEntries(types) as Record<EventType, Stamp>;
  }

  event(event: TraceEvent): void {
    const to = this.#to;
    to.stamp(this.#time);
    to.decimal(event.timeNs);
    to.stamp(this.#types[event.type]);
    to.whole(event.worker);
    this.number(SEQ, event.seq);
    putFields(event, this);
  }

  number(name: FieldName, value: number): void {
    this.#name(name);
    if (value >= 0 && value === (value | 0)) this.#to.whole(value);
    else this.#to.ascii(Number.isFinite(value) ? String(value) : "null");
  }

  text(name: FieldName, value: string): void {
    this.#name(name);
    this.#to.stamp(this.#stampOf(value));
  }

  id(name: FieldName, id: bigint): void {
    this.#to.stamp(this.#isQuoted ? name.quotedText : name.jsonText);
    this.#to.hex(id, this.#quote);
  }

  yes(name: FieldName): void {
    this.#name(name);
    this.#to.ascii("true");
  }

  #name(name: FieldName): void {
    this.#to.stamp(this.#isQuoted ? name.quoted : name.json);
  }
}
