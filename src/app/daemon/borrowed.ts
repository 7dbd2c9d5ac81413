// The environment of a caller in another process, as far as a document refers to it: the values behind env:NAME, and where
// credentials lie. Fetched when a document is bound, kept for this caller's run alone, never logged.

import type { Caller } from "../../api/api.ts";
import type { Env } from "../../base/settings.ts";

export interface BorrowedEnv {
  /** What was fetched so far. */
  readonly env: Env;
  /** Fetches what these documents refer to. */
  learn(texts: readonly string[]): Promise<void>;
}

export function borrowedEnv(caller: Caller): BorrowedEnv {
  const env: Record<string, string | undefined> = {};
  return {
    env,
    async learn(texts) {
      const names = texts.flatMap(variablesIn).filter((name) => !Object.hasOwn(env, name));
      if (names.length > 0) Object.assign(env, await caller.variables([...new Set(names)]));
    },
  };
}

/** Names of variables that a document may refer to. A reference is a text of its own, so its end is a quote. */
function variablesIn(text: string): readonly string[] {
  const named = [...text.matchAll(/["']env:([^"'\n]+)["']/g)].map(([, name]) => name!);
  return /["']credential:/.test(text) ? [...named, "CREDENTIALS_DIRECTORY"] : named;
}
