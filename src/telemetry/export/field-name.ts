// Names of an event's fields, encoded once for each format: a name stands in every event, and copying words costs a small
// part of encoding a text.

import { stamp, type Stamp } from "./stamp.ts";

export interface FieldName {
  /** `,"name":` in JSON, and with the quote that begins a text behind it. */
  readonly json: Stamp;
  readonly jsonText: Stamp;
  /** The same inside of a JSON text: `,\"name\":`. */
  readonly quoted: Stamp;
  readonly quotedText: Stamp;
  /** Field 1 of OTLP's KeyValue. */
  readonly proto: Stamp;
}

/** Of letters, digits and `_`, shorter than 128. */
export function fieldName(name: string): FieldName {
  return Object.freeze({
    json: stamp(`,"${name}":`),
    jsonText: stamp(`,"${name}":"`),
    quoted: stamp(`,\\"${name}\\":`),
    quotedText: stamp(`,\\"${name}\\":\\"`),
    proto: stamp(`\n${String.fromCharCode(name.length)}${name}`),
  });
}
