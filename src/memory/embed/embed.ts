// Texts to vectors, by whichever maker is set: none, `lexical` (in this process, no model) or a service over HTTP. No vector
// is a normal answer, a wrong one never is: what a service does not answer properly is counted and comes back as null. Each
// maker has a fingerprint; an index takes vectors of one fingerprint alone, and `sameMaker` is where that is held.

import { OpError } from "../../base/error.ts";
import { visible } from "../../base/visible.ts";
import { httpEmbedder, type HttpEmbedderOptions } from "./http.ts";
import type { Embedded, Embedder } from "./model.ts";
import { LEXICAL_FINGERPRINT, lexicalVector } from "./lexical.ts";

export type { Embedder } from "./model.ts";

export type EmbedderOptions =
  | { readonly level: "none" }
  | { readonly level: "lexical" }
  | ({ readonly level: "http" } & HttpEmbedderOptions);

/** Throws OPD4102 and OPD4104 for an address that is not to be asked. */
export function newEmbedder(options: EmbedderOptions): Embedder {
  if (options.level === "http") return httpEmbedder(options);
  return options.level === "lexical" ? lexicalEmbedder() : NO_EMBEDDER;
}

/**
 * Throws OPD4103 when an index of `stored` vectors would get `made` ones. null is nobody: an index that is empty takes any,
 * and no vectors go into any.
 */
export function sameMaker(stored: string | null, made: string | null): void {
  if (stored === null || made === null || stored === made) return;
  throw new OpError(
    "OPD4103",
    `the index holds vectors of ${visible(stored)}, these are of ${visible(made)}`,
    {
      hint: "set the maker of vectors as it was, or have all vectors made anew",
    },
  );
}

const NO_EMBEDDER: Embedder = Object.freeze({
  embed: async (texts: readonly string[]) => ({ vectors: texts.map(() => null), fingerprint: null }),
  counts: Object.freeze({ vectors: 0, failed: 0, lastFailure: null }),
  close: () => undefined,
});

function lexicalEmbedder(): Embedder {
  let made = 0;
  return Object.freeze({
    async embed(texts: readonly string[]): Promise<Embedded> {
      const vectors = texts.map(lexicalVector);
      const count = vectors.filter((vector) => vector !== null).length;
      made += count;
      return { vectors, fingerprint: count === 0 ? null : LEXICAL_FINGERPRINT };
    },
    get counts() {
      return { vectors: made, failed: 0, lastFailure: null };
    },
    close: () => undefined,
  });
}
