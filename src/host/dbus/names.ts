// Which strings are names (D-Bus specification, "Valid Object Paths" and "Valid Names"): pure predicates, written as
// one pass over the characters because every header of every message goes through them.

import { LIMITS } from "../../base/limits.ts";

/** `/`, or segments of [A-Za-z0-9_] behind single slashes, no slash at the end. Any length. */
export function isObjectPath(text: string): boolean {
  if (text.charCodeAt(0) !== SLASH) return false;
  if (text.length === 1) return true;
  let previous = SLASH;
  for (let i = 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === SLASH ? previous === SLASH : !isWord(code)) return false;
    previous = code;
  }
  return previous !== SLASH;
}

/** Two or more elements of [A-Za-z0-9_] that do not begin with a digit, joined by dots. */
export function isInterfaceName(text: string): boolean {
  return isDotted(text, 0, false, false);
}

/** Error names follow the rule of interface names. */
export function isErrorName(text: string): boolean {
  return isInterfaceName(text);
}

/** [A-Za-z_][A-Za-z0-9_]*, at most 255 characters. */
export function isMemberName(text: string): boolean {
  if (text.length === 0 || text.length > LIMITS.nameSizeBytesMax || isDigit(text.charCodeAt(0))) return false;
  for (let i = 0; i < text.length; i++) if (!isWord(text.charCodeAt(i))) return false;
  return true;
}

/** `:` and two or more elements that may begin with a digit, as the bus gives them: `:1.42`. */
export function isUniqueName(text: string): boolean {
  return text.charCodeAt(0) === COLON && isDotted(text, 1, true, true);
}

/** A name that a service asks for: as an interface name, `-` allowed. */
export function isWellKnownName(text: string): boolean {
  return isDotted(text, 0, true, false);
}

/** A unique or a well-known name. */
export function isBusName(text: string): boolean {
  return text.charCodeAt(0) === COLON ? isUniqueName(text) : isWellKnownName(text);
}

const SLASH = 0x2f;
const COLON = 0x3a;
const DOT = 0x2e;
const HYPHEN = 0x2d;

function isDotted(text: string, from: number, hyphens: boolean, leadingDigits: boolean): boolean {
  if (text.length > LIMITS.nameSizeBytesMax) return false;
  let dots = 0;
  let previous = DOT;
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === DOT) {
      if (previous === DOT) return false;
      dots += 1;
    } else if (isDigit(code)) {
      if (previous === DOT && !leadingDigits) return false;
    } else if (!isWord(code) && !(hyphens && code === HYPHEN)) {
      return false;
    }
    previous = code;
  }
  return dots > 0 && previous !== DOT;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isWord(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || code === 0x5f || isDigit(code);
}
