// D-Bus signatures at the level of types: the TypeScript type of a value that `decode` makes for a signature literal,
// and of a whole argument list. Types only. The correspondence is that of value.ts.

import type { UnixFd, Variant } from "./value.ts";
import type { ArgumentsLiteral } from "./interface-literal.ts";

interface Basic {
  y: number;
  b: boolean;
  n: number;
  q: number;
  i: number;
  u: number;
  x: bigint;
  t: bigint;
  d: number;
  s: string;
  o: string;
  g: string;
  h: UnixFd;
  v: Variant;
}

type BasicCode = keyof Basic;

/** The first complete type of `S` and what is left: [value, rest]. */
type First<S extends string> = S extends `ay${infer Rest}`
  ? [Uint8Array, Rest]
  : S extends `a{${infer Entry}`
    ? FirstDict<First<Entry>, Entry>
    : S extends `a${infer Element}`
      ? First<Element> extends [infer Item, infer Rest]
        ? [readonly Item[], Rest]
        : never
      : S extends `(${infer Fields}`
        ? FirstStruct<Fields>
        : S extends `${infer Code extends BasicCode}${infer Rest}`
          ? [Basic[Code], Rest]
          : never;

type FirstDict<Key, Entry extends string> = Key extends [infer KeyType, infer AfterKey extends string]
  ? First<AfterKey> extends [infer Value, `}${infer Rest}`]
    ? [
        Entry extends `${"s" | "o" | "g"}${string}`
          ? { readonly [key: string]: Value }
          : ReadonlyMap<KeyType, Value>,
        Rest,
      ]
    : never
  : never;

type FirstStruct<
  S extends string,
  Fields extends readonly unknown[] = readonly [],
> = S extends `)${infer Rest}`
  ? [Fields, Rest]
  : First<S> extends [infer Field, infer Rest extends string]
    ? FirstStruct<Rest, readonly [...Fields, Field]>
    : never;

/** The value of one complete type. A signature that is not a literal is anything: `unknown`. */
export type ValueOf<S extends string> = string extends S
  ? unknown
  : First<S> extends [infer Value, ""]
    ? Value
    : never;

/** The values of an argument list, as a tuple. */
export type ValuesOf<Args extends ArgumentsLiteral | undefined> = Args extends ArgumentsLiteral
  ? {
      -readonly [K in keyof Args]: Args[K] extends readonly [string, infer S extends string]
        ? ValueOf<S>
        : never;
    }
  : [];

/** What a method resolves with: nothing, the one value, or the tuple of several. */
export type ResultOf<Args extends ArgumentsLiteral | undefined> =
  ValuesOf<Args> extends readonly []
    ? void
    : ValuesOf<Args> extends readonly [infer One]
      ? One
      : ValuesOf<Args>;
