// Patterns of `check`: a regular expression in the strict sense, matched against the whole text by a Thompson automaton,
// so a hostile pattern or value costs at most states x characters. Literals, ., [classes], \d \w \s and their opposites,
// groups, |, * + ? {n} {n,} {n,m}, ^ and $. Everything that needs backtracking (look-around, back-references) is a fault.

import { LIMITS } from "../../../base/limits.ts";
import { parsePattern, PatternFault, type Node, type Test } from "./pattern-syntax.ts";

export interface Pattern {
  /** As written. */
  readonly text: string;
  /** Does the whole text match? */
  matches(text: string): boolean;
}

interface State {
  /** `null` = goes on without reading. */
  readonly test: Test | null;
  readonly only: "start" | "end" | null;
  readonly next: number[];
}
/** Part of the automaton under construction: enters at `first`, leaves through `last` (a state without a test). */
interface Piece {
  readonly first: number;
  readonly last: number;
}

/** The compiled pattern, or what is wrong with it. Never throws. */
export function compilePattern(text: string): Pattern | { readonly fault: string } {
  try {
    const states = build(parsePattern(text));
    return Object.freeze({ text, matches: (value: string) => run(states, value) });
  } catch (error) {
    if (error instanceof PatternFault) return { fault: error.message };
    throw error;
  }
}

// ---- tree -> automaton

function build(node: Node): readonly State[] {
  const states: State[] = [];
  // the first state is the entry, the last one accepts
  const last = append(add(null), node);
  link(last, add(null));
  return states;

  function add(test: Test | null, only: State["only"] = null): number {
    if (states.length >= LIMITS.patternStatesMax)
      throw new PatternFault(`the pattern is too large (${LIMITS.patternStatesMax} states)`);
    return states.push({ test, only, next: [] }) - 1;
  }

  function link(from: number, to: number): void {
    states[from]?.next.push(to);
  }

  function piece(part: Node): Piece {
    const first = part.kind === "test" ? add(part.test) : add(null, part.kind === "edge" ? part.only : null);
    let last = first;
    switch (part.kind) {
      case "test":
        last = add(null);
        link(first, last);
        break;
      case "edge":
        break;
      case "all":
        for (const inner of part.nodes) last = append(last, inner);
        break;
      case "any":
        last = add(null);
        for (const inner of part.nodes) link(append(first, inner), last);
        break;
      case "repeat": {
        for (let count = 0; count < part.min; count++) last = append(last, part.node);
        const end = add(null);
        if (part.max === Infinity) {
          const loop = add(null);
          link(last, loop);
          link(append(loop, part.node), loop);
          last = loop;
        } else {
          for (let count = part.min; count < part.max; count++) {
            link(last, end);
            last = append(last, part.node);
          }
        }
        link(last, end);
        last = end;
        break;
      }
    }
    return { first, last };
  }

  function append(from: number, part: Node): number {
    const next = piece(part);
    link(from, next.first);
    return next.last;
  }
}

// ---- automaton x text -> yes or no

function run(states: readonly State[], text: string): boolean {
  const points = Array.from(text);
  const seen = new Int32Array(states.length).fill(-1);
  let now = enter([0], 0);
  for (let at = 0; at < points.length && now.length > 0; at++) {
    const point = points[at]?.codePointAt(0) ?? 0;
    const out: number[] = [];
    for (const state of now) if (states[state]?.test?.(point)) out.push(...(states[state]?.next ?? []));
    now = enter(out, at + 1);
  }
  return now.includes(states.length - 1);

  /** All states that can be reached without reading, at position `at` of the text. */
  function enter(from: readonly number[], at: number): readonly number[] {
    const open = [...from];
    const reached: number[] = [];
    for (let state = open.pop(); state !== undefined; state = open.pop()) {
      if (seen[state] === at) continue;
      seen[state] = at;
      const { test, only, next } = states[state] ?? { test: null, only: null, next: [] };
      if ((only === "start" && at > 0) || (only === "end" && at < points.length)) continue;
      reached.push(state);
      if (test === null) open.push(...next);
    }
    return reached;
  }
}
