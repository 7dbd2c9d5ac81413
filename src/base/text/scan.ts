// What both readers share while they walk through a text: the bounded list of faults and the count of values. A reader
// that has found LIMITS.textFaultsMax faults, or a value too many, is `full` and stops at its next step.

import type { Code } from "../codes.ts";
import type { Fault } from "../error.ts";
import { LIMITS } from "../limits.ts";
import { visible } from "../visible.ts";
import type { Source } from "./located.ts";

/** A text value as read: `end` is the place behind its closing quotes, or where reading goes on after a fault. */
export interface StringToken {
  readonly value: string;
  readonly end: number;
}

export class Scan {
  readonly source: Source;
  readonly roundsIntegers: boolean;
  readonly faults: Fault[] = [];
  /** Nothing more is to be read: the faults or the values are too many. */
  full = false;
  #values = 0;

  /** @param roundsIntegers - an integer beyond 64 bits is the double next to it, no fault. */
  constructor(source: Source, roundsIntegers = false) {
    this.source = source;
    this.roundsIntegers = roundsIntegers;
  }

  fault(code: Code, offset: number, message: string, hint?: string): void {
    if (this.full) return;
    const at = this.source.position(offset);
    const snippet = this.source.snippet(at);
    this.faults.push({ code, message, at, snippet, ...(hint === undefined ? {} : { hint }) });
    if (this.faults.length < LIMITS.textFaultsMax) return;
    this.faults.push({
      code: "OPD1103",
      message: `reading stopped after ${LIMITS.textFaultsMax} faults`,
      at,
    });
    this.full = true;
  }

  syntax(offset: number, message: string, hint?: string): void {
    this.fault("OPD1101", offset, message, hint);
  }

  duplicate(what: string, offset: number, firstOffset: number): void {
    const first = this.source.position(firstOffset);
    this.fault("OPD1102", offset, what, `it is first at ${first.file}:${first.line}:${first.column}`);
  }

  tooDeep(offset: number): void {
    this.fault("OPD1103", offset, `more than ${LIMITS.textDepthMax} levels`);
  }

  /** Counts one value; the one too many is a fault and ends the reading. */
  count(offset: number): void {
    if (++this.#values <= LIMITS.textValuesMax || this.full) return;
    this.fault("OPD1103", offset, `more than ${LIMITS.textValuesMax} values`);
    this.full = true;
  }

  /** Is a token without quotes beyond what can mean anything? It comes before regular expressions over a whole file. */
  tooLong(offset: number, units: number): boolean {
    if (units <= LIMITS.textScalarMax) return false;
    this.fault(
      "OPD1103",
      offset,
      `a number or word of ${units} characters; ${LIMITS.textScalarMax} is the most`,
    );
    return true;
  }

  /** Is a text value in so many pieces (none of them empty) to be given up? It is too long, or nobody will see it. */
  givenUp(pieces: number): boolean {
    return this.full || pieces > LIMITS.textStringMax;
  }

  /** Checks the length of a text value in UTF-16 units. */
  measure(offset: number, units: number): void {
    if (units > LIMITS.textStringMax)
      this.fault("OPD1103", offset, `a text of ${units} characters; ${LIMITS.textStringMax} is the most`);
  }
}

/** How a character is named in a message: itself, with its number if it is not ASCII. */
export function show(text: string, offset: number): string {
  const point = text.codePointAt(offset);
  if (point === undefined) return "the end of the file";
  if (point === 10 || point === 13) return "the end of the line";
  const shown = `\`${visible(String.fromCodePoint(point))}\``;
  return point < 0x80 ? shown : `${shown} (U+${point.toString(16).toUpperCase().padStart(4, "0")})`;
}
