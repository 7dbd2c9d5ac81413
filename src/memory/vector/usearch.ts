// What the thread that works with usearch is asked, and what it answers: plain values, copied or handed over. All calls of
// usearch hold their thread until they are done (a search a fraction of a millisecond, saving a million vectors a
// second), so none is made in the thread of the memory.

/** How usearch keeps vectors: 8-bit codes, or 16-bit floating-point numbers. */
export type Kind = "int8" | "float16";

/** A finished index file, as its sidecar keeps it: nothing in the file itself tells damage. */
export interface Sum {
  readonly sizeBytes: number;
  /** CRC-32 of zlib. */
  readonly crc32: number;
}

export interface IndexShape {
  readonly dimension: number;
  readonly kind: Kind;
  /** Neighbours of an entry, and how many are looked at while it is added. */
  readonly connectivity: number;
  readonly expansionAdd: number;
}

/** Rows one after the other: codes for int8, the vectors themselves for float16. */
export type Rows = Int8Array<ArrayBuffer> | Float32Array<ArrayBuffer>;

export type Request =
  /** Is usearch there? */
  | { readonly kind: "hello" }
  /** Maps a file and searches it from now on; `sum` = checked first. */
  | { readonly kind: "view"; readonly path: string; readonly shape: IndexShape; readonly sum: Sum | null }
  /** Reads the viewed file in pieces between searches. Answers ok = false: it is not what it was. */
  | { readonly kind: "prove"; readonly path: string; readonly sum: Sum }
  | { readonly kind: "search"; readonly query: Rows; readonly wanted: number }
  /** An index that is changed: empty, or what the file has, without some. */
  | {
      readonly kind: "begin";
      readonly path: string | null;
      readonly shape: IndexShape;
      readonly remove: Uint32Array<ArrayBuffer>;
    }
  | {
      readonly kind: "add";
      readonly slots: Uint32Array<ArrayBuffer>;
      readonly rows: Rows;
      readonly threads: number;
    }
  /** Writes what was begun into a new file, onto the disk. */
  | { readonly kind: "save"; readonly path: string };

export interface ToThread {
  readonly ask: number;
  readonly request: Request;
}

export interface Answer {
  readonly ok: boolean;
  /** Of a search: best first by its distances, which are off by a hundredth. */
  readonly slots?: Uint32Array;
  /** Of a view: entries. Of a save: the file. */
  readonly size?: number;
  readonly sum?: Sum;
}

/** `absent`: usearch is not installed, or not for this machine. */
export type Reply =
  | { readonly ask: number; readonly answer: Answer }
  | { readonly ask: number; readonly failed: string; readonly absent: boolean };
export type FromThread = Reply | readonly Reply[];
