// Match rules: writing them for AddMatch, reading what a client of the embedded bus sends, and deciding whether a
// message fits. (D-Bus specification, "Match Rules".) Pure. A rule looks into the body only when it has an argument
// key, so most signals are judged by their header alone.

import { OpError } from "../../base/error.ts";
import type { Match } from "./call.ts";
import { parseSignature } from "./signature.ts";
import type { DBusValue } from "./value.ts";

export interface ArgumentRule {
  readonly index: number;
  readonly kind: "equal" | "path" | "namespace";
  readonly value: string;
}

/** A rule, every key optional. `type` is a message type (1 call, 2 return, 3 error, 4 signal). */
export interface Rule {
  readonly type?: number;
  readonly sender?: string;
  readonly destination?: string;
  readonly path?: string;
  readonly pathNamespace?: string;
  readonly interface?: string;
  readonly member?: string;
  readonly args: readonly ArgumentRule[];
}

/** What of a message a rule looks at. `body` may throw when it does not decode: then no argument key fits. */
export interface Matched {
  readonly type: number;
  readonly sender?: string | undefined;
  readonly destination?: string | undefined;
  readonly path?: string | undefined;
  readonly interface?: string | undefined;
  readonly member?: string | undefined;
  readonly signature: string;
  body(): readonly DBusValue[];
}

const TYPES: ReadonlyMap<string, number> = new Map([
  ["method_call", 1],
  ["method_return", 2],
  ["error", 3],
  ["signal", 4],
]);

/** The signal rule of a subscription. */
export function ruleOf(match: Match): Rule {
  const { arg0, ...rest } = match;
  return { type: 4, ...rest, args: arg0 === undefined ? [] : [{ index: 0, kind: "equal", value: arg0 }] };
}

/** The text of a subscription's rule for AddMatch; equal rules have equal texts. */
export function ruleText(match: Match): string {
  const keys: readonly [string, string | undefined][] = [
    ["sender", match.sender],
    ["path", match.path],
    ["path_namespace", match.pathNamespace],
    ["interface", match.interface],
    ["member", match.member],
    ["arg0", match.arg0],
  ];
  let text = "type='signal'";
  for (const [key, value] of keys) {
    if (value !== undefined) text += `,${key}='${value.replaceAll("'", "'\\''")}'`;
  }
  return text;
}

/** Reads a rule a client sent. Throws OPD3010 with the reason when it is malformed. */
export function parseRule(text: string): Rule {
  const rule: { -readonly [K in keyof Rule]: Rule[K] } = { args: [] };
  const args: ArgumentRule[] = [];
  const seen = new Set<string>();
  for (const [key, value] of readPairs(text)) {
    if (seen.has(key)) throw bad(`the key ${key} stands twice`);
    seen.add(key);
    const arg = /^arg([0-9]|[1-5][0-9]|6[0-3])(path|namespace)?$/.exec(key);
    if (arg !== null) {
      const kind = arg[2] === undefined ? "equal" : arg[2] === "path" ? "path" : "namespace";
      if (kind === "namespace" && arg[1] !== "0") throw bad("only arg0 has a namespace");
      args.push({ index: Number(arg[1]), kind, value });
    } else if (key === "type") {
      const type = TYPES.get(value);
      if (type === undefined) throw bad(`the type ${value} is unknown`);
      rule.type = type;
    } else if (key === "path_namespace") rule.pathNamespace = value;
    else if (key === "sender" || key === "destination" || key === "path") rule[key] = value;
    else if (key === "interface" || key === "member") rule[key] = value;
    else if (key !== "eavesdrop") throw bad(`the key ${key} is unknown`);
  }
  if (seen.has("path") && seen.has("path_namespace")) throw bad("path and path_namespace exclude each other");
  rule.args = args;
  return rule;
}

/** Does the message fit? `owns(name, unique)`: does that connection own the well-known name now? */
export function ruleFits(
  rule: Rule,
  message: Matched,
  owns: (name: string, unique: string) => boolean,
): boolean {
  if (rule.type !== undefined && rule.type !== message.type) return false;
  if (rule.member !== undefined && rule.member !== message.member) return false;
  if (rule.interface !== undefined && rule.interface !== message.interface) return false;
  if (rule.path !== undefined && rule.path !== message.path) return false;
  if (rule.pathNamespace !== undefined && !isBelow(rule.pathNamespace, message.path)) return false;
  if (rule.sender !== undefined && !isPeer(rule.sender, message.sender, owns)) return false;
  if (rule.destination !== undefined && !isPeer(rule.destination, message.destination, owns)) return false;
  return rule.args.length === 0 || argumentsFit(rule.args, message);
}

function isBelow(namespace: string, path: string | undefined): boolean {
  if (path === undefined) return false;
  return namespace === "/" || path === namespace || path.startsWith(`${namespace}/`);
}

function isPeer(
  wanted: string,
  actual: string | undefined,
  owns: (name: string, unique: string) => boolean,
): boolean {
  return actual !== undefined && (wanted === actual || (!wanted.startsWith(":") && owns(wanted, actual)));
}

function argumentsFit(args: readonly ArgumentRule[], message: Matched): boolean {
  let body: readonly DBusValue[];
  try {
    body = message.body();
  } catch {
    return false;
  }
  const types = parseSignature(message.signature);
  return args.every(({ index, kind, value }) => {
    const actual = body[index];
    if (typeof actual !== "string") return false;
    const type = types[index]?.code;
    if (kind === "equal") return type === "s" && actual === value;
    if (kind === "namespace") return type === "s" && (actual === value || actual.startsWith(`${value}.`));
    if (type !== "s" && type !== "o") return false;
    return (
      actual === value ||
      (value.endsWith("/") && actual.startsWith(value)) ||
      (actual.endsWith("/") && value.startsWith(actual))
    );
  });
}

function readPairs(text: string): [string, string][] {
  const pairs: [string, string][] = [];
  let at = 0;
  while (at < text.length) {
    const key = /^\s*([a-z0-9_]+)\s*=/.exec(text.slice(at, at + 64));
    if (key === null) {
      if (/^\s*$/.test(text.slice(at))) break;
      throw bad("a key and '=' are missing");
    }
    at += key[0].length;
    let value = "";
    let quoted = false;
    for (; at < text.length && (quoted || text[at] !== ","); at++) {
      const letter = text[at]!;
      if (letter === "'") quoted = !quoted;
      else if (letter === "\\" && !quoted && text[at + 1] === "'") value += text[++at];
      else value += letter;
    }
    if (quoted) throw bad("a quote is not closed");
    at++;
    pairs.push([key[1]!, value]);
  }
  return pairs;
}

function bad(reason: string): OpError {
  return new OpError("OPD3010", `not a match rule: ${reason}`);
}
