// The syntax of patterns: text -> tree. What it takes and refuses is told in pattern.ts.

import { LIMITS } from "../../../base/limits.ts";

/** A test of one code point. */
export type Test = (point: number) => boolean;
export type Node =
  | { readonly kind: "test"; readonly test: Test }
  | { readonly kind: "edge"; readonly only: "start" | "end" }
  | { readonly kind: "all"; readonly nodes: readonly Node[] }
  | { readonly kind: "any"; readonly nodes: readonly Node[] }
  | { readonly kind: "repeat"; readonly node: Node; readonly min: number; readonly max: number };

/** What is wrong with a pattern, in words; never leaves `compilePattern`. */
export class PatternFault extends Error {}

/** The tree of a pattern. Throws PatternFault. */
export function parsePattern(text: string): Node {
  let at = 0;
  let depth = 0;
  const points = Array.from(text);
  const node = alternatives();
  if (at < points.length) throw new PatternFault(`")" without "(" at character ${at + 1}`);
  return node;

  function alternatives(): Node {
    if (++depth > LIMITS.patternDepthMax) throw new PatternFault("groups are nested too deep");
    const nodes = [sequence()];
    while (points[at] === "|") {
      at++;
      nodes.push(sequence());
    }
    depth--;
    return nodes.length === 1 && nodes[0] !== undefined ? nodes[0] : { kind: "any", nodes };
  }

  function sequence(): Node {
    const nodes: Node[] = [];
    while (at < points.length && points[at] !== "|" && points[at] !== ")") nodes.push(repeated());
    return { kind: "all", nodes };
  }

  function repeated(): Node {
    let node = atom();
    const range = quantifier();
    if (range !== null) {
      node = { kind: "repeat", node, min: range[0], max: range[1] };
      const after = points[at];
      if (after === "?" || after === "+" || after === "*" || (after === "{" && quantifier() !== null)) {
        throw new PatternFault(
          `two quantifiers in a row at character ${at + 1} (lazy and possessive forms mean nothing here)`,
        );
      }
    }
    return node;
  }

  function quantifier(): readonly [number, number] | null {
    const one = points[at];
    if (one === "*" || one === "+" || one === "?") {
      at++;
      return [one === "+" ? 1 : 0, one === "?" ? 1 : Infinity];
    }
    const found =
      one === "{" ? /^\{([0-9]{1,4})(,([0-9]{1,4})?)?\}/.exec(points.slice(at, at + 12).join("")) : null;
    if (found === null) return null;
    at += found[0].length;
    const min = Number(found[1]);
    const max = found[2] === undefined ? min : found[3] === undefined ? Infinity : Number(found[3]);
    if (max < min) throw new PatternFault(`{${min},${max}} has its bounds the wrong way round`);
    return [min, max];
  }

  function atom(): Node {
    const one = points[at++] ?? "";
    switch (one) {
      case "(":
        return group();
      case "[":
        return { kind: "test", test: charClass() };
      case ".":
        return { kind: "test", test: (point) => point !== 10 && point !== 13 };
      case "^":
      case "$":
        return { kind: "edge", only: one === "^" ? "start" : "end" };
      case "\\":
        return { kind: "test", test: escape() };
      case "*":
      case "+":
      case "?":
        throw new PatternFault(`"${one}" has nothing to repeat at character ${at}`);
      case "{":
        at--;
        if (quantifier() !== null)
          throw new PatternFault(`a quantifier has nothing to repeat before character ${at + 1}`);
        throw new PatternFault(`"{" at character ${at + 1} must be written \\{ or be {n}, {n,} or {n,m}`);
      default:
        return { kind: "test", test: is(one) };
    }
  }

  function group(): Node {
    if (points[at] === "?") {
      const kind = points.slice(at + 1, at + 3).join("");
      if (kind.startsWith("=") || kind.startsWith("!") || kind === "<=" || kind === "<!") {
        throw new PatternFault(`look-around is not possible (character ${at})`);
      }
      if (!kind.startsWith(":"))
        throw new PatternFault(`only (...) and (?:...) are groups (character ${at})`);
      at += 2;
    }
    const node = alternatives();
    if (points[at++] !== ")") throw new PatternFault('"(" is not closed');
    return node;
  }

  function charClass(): Test {
    const negated = points[at] === "^";
    if (negated) at++;
    const tests: Test[] = [];
    let first = true;
    while (points[at] !== "]" || first) {
      first = false;
      if (at >= points.length) throw new PatternFault('"[" is not closed');
      const from = points[at++] ?? "";
      const low = from === "\\" ? escapedPoint() : from;
      if (typeof low !== "string") tests.push(low);
      else if (points[at] === "-" && at + 1 < points.length && points[at + 1] !== "]") {
        at++;
        const to = points[at++] ?? "";
        const high = to === "\\" ? escapedPoint() : to;
        if (typeof high !== "string") throw new PatternFault(`a range ends in a class at character ${at}`);
        const [least, most] = [low.codePointAt(0) ?? 0, high.codePointAt(0) ?? 0];
        if (most < least) throw new PatternFault(`the range ${low}-${high} is the wrong way round`);
        tests.push((point) => point >= least && point <= most);
      } else tests.push(is(low));
    }
    at++;
    return (point) => tests.some((test) => test(point)) !== negated;
  }

  function escape(): Test {
    const escaped = escapedPoint();
    return typeof escaped === "string" ? is(escaped) : escaped;
  }

  function escapedPoint(): string | Test {
    const one = points[at++];
    if (one === undefined) throw new PatternFault("the pattern ends in a backslash");
    const set = SETS[one.toLowerCase()];
    if (set !== undefined) return one === one.toLowerCase() ? set : (point) => !set(point);
    const control = CONTROLS[one];
    if (control !== undefined) return control;
    if (/[1-9k]/.test(one)) throw new PatternFault(`back-references are not possible (character ${at - 1})`);
    if (one === "x" || one === "u") {
      const digits = points.slice(at, at + (one === "x" ? 2 : 4)).join("");
      if (!/^[0-9a-fA-F]+$/.test(digits)) throw new PatternFault(`\\${one} needs hexadecimal digits`);
      at += digits.length;
      return String.fromCodePoint(Number.parseInt(digits, 16));
    }
    if (/[A-Za-z0-9]/.test(one)) throw new PatternFault(`\\${one} is not known (character ${at - 1})`);
    return one;
  }
}

const SETS: Readonly<Record<string, Test>> = Object.freeze({
  d: (point: number) => point >= 48 && point <= 57,
  w: (point: number) => /[A-Za-z0-9_]/.test(String.fromCodePoint(point)),
  s: (point: number) => /\s/.test(String.fromCodePoint(point)),
});
const CONTROLS: Readonly<Record<string, string>> = Object.freeze({
  n: "\n",
  r: "\r",
  t: "\t",
  f: "\f",
  v: "\v",
});

function is(text: string): Test {
  const wanted = text.codePointAt(0);
  return (point) => point === wanted;
}
