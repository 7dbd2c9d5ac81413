// What OTLP's three signals share (opentelemetry-proto, common/v1 and resource/v1): attributes, the resource, the scope.

import type { Labels } from "../metrics/metrics.ts";
import type { FieldValue } from "./event-fields.ts";
import type { ProtoWriter } from "./proto.ts";
import { bounded } from "./record.ts";

/** One KeyValue in `field` of the message that is being written. An ID is its hexadecimal digits. */
export function attribute(to: ProtoWriter, field: number, key: string, value: FieldValue): void {
  const pair = to.open(field);
  to.string(1, key);
  const any = to.open(2);
  if (typeof value === "string") to.string(1, bounded(value));
  else if (typeof value === "boolean") to.varint(2, value ? 1 : 0);
  else if (typeof value === "bigint") to.hex(1, value);
  else if (Number.isSafeInteger(value) && value >= 0) to.varint(3, value);
  else to.double(4, value);
  to.close(any);
  to.close(pair);
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
