// Spans as an OTLP ExportTraceServiceRequest (opentelemetry-proto, trace/v1). Our trace IDs have 64 bits; OTLP's have
// 128, the first half is zero then. Instants are no spans: they go out as logs.

import type { Labels } from "../metrics/metrics.ts";
import type { TraceEvent } from "../trace/model.ts";
import { fieldName } from "./field-name.ts";
import { AttributeFields, request, textField } from "./otlp-parts.ts";
import { ProtoWriter } from "./proto.ts";

const KIND_INTERNAL = 1;
const KIND_CLIENT = 3;
const STATUS_ERROR = 2;
const writer = new ProtoWriter();
const fields = new AttributeFields(writer, 9);
const spanName = textField(5);
const EVENT_TYPE = fieldName("event_type");
const WORKER = fieldName("worker");
const SEQ = fieldName("seq");
const VALUE_A = fieldName("value_a");
const VALUE_B = fieldName("value_b");

/** Every event of `spans` is one (event-fields.ts, isSpan). */
export function otlpTraces(spans: readonly TraceEvent[], resource: Labels): Uint8Array<ArrayBuffer> {
  return request(writer, resource, () => {
    for (const one of spans) span(one);
  });
}

function span(event: TraceEvent): void {
  const to = writer;
  const mark = to.open(2);
  to.id(1, event.traceId, 8);
  to.id(2, event.idA, 0);
  if (event.idB !== 0n) to.id(4, event.idB, 0);
  to.stamp(spanName(event.name === "" ? event.type : event.name));
  // A call over the bus is a request to another process.
  to.varint(6, event.type === "bus" ? KIND_CLIENT : KIND_INTERNAL);
  to.fixed64(7, event.timeNs);
  to.fixed64(8, event.timeNs + event.lengthNs);
  fields.text(EVENT_TYPE, event.type);
  fields.number(WORKER, event.worker);
  fields.number(SEQ, event.seq);
  if (event.values[0] !== 0) fields.number(VALUE_A, event.values[0]);
  if (event.values[1] !== 0) fields.number(VALUE_B, event.values[1]);
  if (event.failed) {
    const status = to.open(15);
    to.varint(3, STATUS_ERROR);
    to.close(status);
  }
  to.close(mark);
}
