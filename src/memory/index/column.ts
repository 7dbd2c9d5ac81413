// A column of numbers by slot or row that grows in place: address space for the largest size is reserved, growing adds zeros
// and copies nothing. `view` is a fixed-length view, which reads as fast as any (one that follows the length does not), and is
// made again when the column grows: never keep it.

type Numbers = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float32Array | Float64Array;
interface NumbersOf<T extends Numbers> {
  new (buffer: ArrayBuffer, byteOffset: number, length: number): T;
  readonly BYTES_PER_ELEMENT: number;
}

const LENGTH_FIRST = 1024;
/** Entries of a column: more concepts than a machine of today holds in memory. */
const LENGTH_MAX = 2 ** 28;

export class Column<T extends Numbers> {
  view: T;
  readonly #kind: NumbersOf<T>;
  readonly #buffer: ArrayBuffer;

  constructor(kind: NumbersOf<T>) {
    const bytes = kind.BYTES_PER_ELEMENT;
    this.#kind = kind;
    this.#buffer = new ArrayBuffer(LENGTH_FIRST * bytes, { maxByteLength: LENGTH_MAX * bytes });
    this.view = new kind(this.#buffer, 0, LENGTH_FIRST);
  }

  /** From now on entry `at` exists; what is new is 0. */
  reach(at: number): void {
    if (at < this.view.length) return;
    let length = this.view.length;
    while (length <= at) length *= 2;
    this.#buffer.resize(length * this.#kind.BYTES_PER_ELEMENT);
    this.view = new this.#kind(this.#buffer, 0, length);
  }

  /** A copy of the first `length` entries, as bytes. */
  bytes(length: number): Uint8Array {
    this.reach(length);
    return new Uint8Array(this.#buffer, 0, length * this.#kind.BYTES_PER_ELEMENT).slice();
  }

  /** Takes entries from 0 on from what `bytes` gave; the rest is 0. Gives their number. */
  take(bytes: Uint8Array): number {
    const length = bytes.length / this.#kind.BYTES_PER_ELEMENT;
    this.reach(length);
    const all = new Uint8Array(this.#buffer);
    all.set(bytes);
    all.fill(0, bytes.length);
    return length;
  }
}
