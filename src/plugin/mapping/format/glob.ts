// The globs of `types`, `ignore` and `secret`: `*` is any run of characters (dots too: `*.psk` finds a secret however
// deep it lies), `?` is one. The whole name has to match. Time is bounded by glob length x name length.

import type { TypeRule } from "../model.ts";

/** Does the whole of `name` match? */
export function matchesGlob(glob: string, name: string): boolean {
  let at = 0;
  let from = 0;
  let star = -1;
  let retry = 0;
  while (from < name.length) {
    if (glob[at] === "*") {
      star = at++;
      retry = from;
    } else if (at < glob.length && (glob[at] === "?" || glob[at] === name[from])) {
      at++;
      from++;
    } else if (star >= 0) {
      at = star + 1;
      from = ++retry;
    } else {
      return false;
    }
  }
  while (glob[at] === "*") at++;
  return at === glob.length;
}

export function matchesAny(globs: readonly string[], name: string): boolean {
  return globs.some((glob) => matchesGlob(glob, name));
}

/** The rule of `types` for a field, or for a path below it (`ipv4.address-data.prefix`): the first that matches. */
export function typeRuleOf(rules: readonly TypeRule[], path: string): TypeRule | null {
  return rules.find((rule) => matchesGlob(rule.glob, path)) ?? null;
}
