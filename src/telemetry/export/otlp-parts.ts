// What OTLP's three signals share (opentelemetry-proto, common/v1 and resource/v1): attributes, the resource, the scope.

import type { Labels } from "../metrics/metrics.ts";
import type { Fields } from "./event-fields.ts";
import type { FieldName } from "./field-name.ts";
import { ProtoWriter } from "./proto.ts";
import { bounded } from "./record.ts";
import { stampsOf, type Stamp } from "./stamp.ts";

/** One KeyValue in `field` of the message that is being written. */
export function attribute(
  to: ProtoWriter,
  field: number,
  key: string,
  value: string | number | boolean,
): void {
  const pair = to.open(field);
  to.string(1, key);
  const any = to.open(2);
  if (typeof value === "string") to.string(1, bounded(value));
  else if (typeof value === "boolean") to.varint(2, value ? 1 : 0);
  else number(to, value);
  to.close(any);
  to.close(pair);
}

function number(to: ProtoWriter, value: number): void {
  if (Number.isSafeInteger(value) && value >= 0) to.varint(3, value);
  else to.double(4, value);
}

/** Field `field` with texts that come again and again. */
export function textField(field: number): (text: string) => Stamp {
  return stampsOf((text) => {
    const one = new ProtoWriter();
    one.string(field, bounded(text));
    return one.take();
  });
}

/** Field 1 of AnyValue. */
const textValue = textField(1);

/** Fields of an event as attributes, in `field` of the message that is being written. An ID is its hexadecimal digits. */
export class AttributeFields implements Fields {
  readonly #to: ProtoWriter;
  readonly #field: number;

  constructor(to: ProtoWriter, field: number) {
    this.#to = to;
    this.#field = field;
  }

  number(name: FieldName, value: number): void {
    const pair = this.#begin(name);
    const any = this.#to.open(2);
    number(this.#to, value);
    this.#end(pair, any);
  }

  text(name: FieldName, value: string): void {
    const pair = this.#begin(name);
    const any = this.#to.open(2);
    this.#to.stamp(textValue(value));
    this.#end(pair, any);
  }

  id(name: FieldName, id: bigint): void {
    const pair = this.#begin(name);
    const any = this.#to.open(2);
    this.#to.hex(1, id);
    this.#end(pair, any);
  }

  yes(name: FieldName): void {
    const pair = this.#begin(name);
    const any = this.#to.open(2);
    this.#to.varint(2, 1);
    this.#end(pair, any);
  }

  #begin(name: FieldName): number {
    const pair = this.#to.open(this.#field);
    this.#to.stamp(name.proto);
    return pair;
  }

  #end(pair: number, any: number): void {
    this.#to.close(any);
    this.#to.close(pair);
  }
}

export function attributes(to: ProtoWriter, field: number, labels: Labels): void {
  for (const key in labels) attribute(to, field, key, labels[key]!);
}

/** A whole export request: ResourceX { resource = 1; ScopeX { scope = 1; items = 2 } = 2 } = 1, the same numbers for
 * spans, metrics and logs. */
export function request(to: ProtoWriter, resource: Labels, items: () => void): Uint8Array<ArrayBuffer> {
  const perResource = to.open(1);
  const described = to.open(1);
  attributes(to, 1, resource);
  to.close(described);
  const perScope = to.open(2);
  const scope = to.open(1);
  to.string(1, "op-dbus");
  to.close(scope);
  items();
  to.close(perScope);
  to.close(perResource);
  return to.take();
}
