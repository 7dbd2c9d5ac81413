// Log records, and events that are no spans, as an OTLP ExportLogsServiceRequest (opentelemetry-proto, logs/v1). An event
// is a log record with an event name; where it lies in a trace, it says so.

import type { Level } from "../../base/log.ts";
import type { Labels } from "../metrics/metrics.ts";
import type { TraceEvent } from "../trace/model.ts";
import { putFields } from "./event-fields.ts";
import { fieldName } from "./field-name.ts";
import { attribute, AttributeFields, request, textField } from "./otlp-parts.ts";
import { ProtoWriter } from "./proto.ts";
import { bounded, type LogRecord } from "./record.ts";

/** SeverityNumber of the log data model. */
const SEVERITY: Readonly<Record<Level, number>> = Object.freeze({ debug: 5, info: 9, warn: 13, error: 17 });
const writer = new ProtoWriter();
const fields = new AttributeFields(writer, 6);
const eventName = textField(12);
const [WORKER, SEQ] = [fieldName("worker"), fieldName("seq")];

export function otlpLogs(records: readonly LogRecord[], resource: Labels): Uint8Array<ArrayBuffer> {
  return request(writer, resource, () => {
    for (const record of records) log(record);
  });
}

export function otlpEvents(events: readonly TraceEvent[], resource: Labels): Uint8Array<ArrayBuffer> {
  return request(writer, resource, () => {
    for (const event of events) instant(event);
  });
}

function log({ level, timeMs, msg, fields: more }: LogRecord): void {
  const to = writer;
  const mark = to.open(2);
  const timeNs = BigInt(Math.round(timeMs * 1e3)) * 1000n;
  to.fixed64(1, timeNs);
  to.varint(2, SEVERITY[level]);
  to.string(3, level);
  const body = to.open(5);
  to.string(1, bounded(msg));
  to.close(body);
  for (const [key, value] of Object.entries(more))
    if (value !== null) attribute(to, 6, key, typeof value === "bigint" ? String(value) : value);
  to.fixed64(11, timeNs);
  to.close(mark);
}

function instant(event: TraceEvent): void {
  const to = writer;
  const mark = to.open(2);
  to.fixed64(1, event.timeNs);
  to.varint(2, event.failed ? SEVERITY.error : SEVERITY.info);
  fields.number(WORKER, event.worker);
  fields.number(SEQ, event.seq);
  putFields(event, fields, event.traceId !== 0n);
  if (event.traceId !== 0n) {
    to.id(9, event.traceId, 8);
    if (event.idA !== 0n) to.id(10, event.idA, 0);
  }
  to.fixed64(11, event.timeNs);
  to.stamp(eventName(event.type));
  to.close(mark);
}
