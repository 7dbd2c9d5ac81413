// What D-Bus values are in JavaScript, both ways. 64-bit integers are bigint, so nothing is lost; a variant keeps its
// signature; dicts never have a prototype a peer could reach. (D-Bus specification, "Type System".)
//
//   y n q i u -> number      x t -> bigint        b -> boolean     d -> number
//   s o g     -> string      ay  -> Uint8Array    a. -> array      (..) -> array
//   a{s.} a{o.} a{g.} -> object without prototype   a{other.} -> Map      v -> Variant      h -> UnixFd
//
// The encoder also takes a safe integer for x and t, any array of bytes for ay, and a plain object or Map for a dict.

/** A value with its signature: what stands in a `v`. The signature is one complete type. */
export class Variant {
  readonly signature: string;
  readonly value: DBusValue;
  constructor(signature: string, value: DBusValue) {
    this.signature = signature;
    this.value = value;
  }
}

/** An index into the file descriptors of a message. Node cannot receive descriptors, so there is nothing behind it. */
export class UnixFd {
  readonly index: number;
  constructor(index: number) {
    this.index = index;
  }
}

export type DBusDict = { readonly [key: string]: DBusValue };
export type DBusValue =
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Variant
  | UnixFd
  | readonly DBusValue[]
  | DBusDict
  | ReadonlyMap<DBusValue, DBusValue>;
