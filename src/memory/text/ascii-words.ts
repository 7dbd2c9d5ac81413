// Most texts are ASCII, and most words of a batch were in it before: these are told apart by their bytes, and never become
// strings. What is read here is what readWords reads, only faster; anything but a plain word is left to that.

import { LIMITS } from "../../base/limits.ts";

/**
 * `bytes` are ASCII. Calls `word` for each word that has no parts: its bytes [at, end), and a hash of them in lower case; and `run`
 * for what readWords has to part. Their order is that of the text.
 */
export function readAsciiWords(
  bytes: Uint8Array,
  word: (at: number, end: number, hash: number) => void,
  run: (text: string) => void,
): void {
  let at = 0;
  while (at < bytes.length) {
    if (KINDS[bytes[at]!]! < DIGIT) {
      at++;
      continue;
    }
    const begin = at;
    let hash = FNV_BASIS;
    let plain = true;
    let before = DIGIT;
    for (; at < bytes.length; at++) {
      const byte = bytes[at]!;
      const kind = KINDS[byte]!;
      if (kind >= DIGIT) {
        if (kind === UPPER && before === LOWER) plain = false;
        hash = Math.imul(hash ^ (kind === UPPER ? byte | CASE : byte), FNV_PRIME);
        before = kind;
        continue;
      }
      const next = kind === JOINER ? behindJoiners(bytes, at) : at;
      if (next === at) break;
      plain = false;
      before = DIGIT;
      at = next - 1;
    }
    if (plain && at - begin <= LIMITS.memoryTextWordCharsMax) word(begin, at, hash >>> 0);
    else run(Buffer.from(bytes.buffer, bytes.byteOffset + begin, at - begin).toString("latin1"));
  }
}

/** Numbers by words, open addressing. */
export class WordTable {
  /** Index + 1 of a word; 0 = free. Never more than half full. */
  #places = new Uint32Array(64);
  #arena = new Uint8Array(512);
  #arenaEnd = 0;
  readonly #hashes: number[] = [];
  readonly #ends: number[] = [];
  readonly #numbers: number[] = [];

  /** -1 = it was not added. */
  find(bytes: Uint8Array, at: number, end: number, hash: number): number {
    const mask = this.#places.length - 1;
    for (let place = spread(hash) & mask; ; place = (place + 1) & mask) {
      const index = this.#places[place]! - 1;
      if (index < 0) return -1;
      if (this.#hashes[index] === hash && this.#isSame(index, bytes, at, end)) return this.#numbers[index]!;
    }
  }

  add(bytes: Uint8Array, at: number, end: number, hash: number, number: number): void {
    if (this.#arenaEnd + end - at > this.#arena.length) {
      const larger = new Uint8Array(2 * (this.#arena.length + end - at));
      larger.set(this.#arena);
      this.#arena = larger;
    }
    for (let from = at; from < end; from++) this.#arena[this.#arenaEnd++] = lower(bytes[from]!);
    this.#hashes.push(hash);
    this.#ends.push(this.#arenaEnd);
    this.#place(this.#numbers.push(number));
    if (this.#numbers.length * 2 < this.#places.length) return;
    this.#places = new Uint32Array(this.#places.length * 4);
    for (let count = 1; count <= this.#numbers.length; count++) this.#place(count);
  }

  #place(count: number): void {
    const mask = this.#places.length - 1;
    let place = spread(this.#hashes[count - 1]!) & mask;
    while (this.#places[place] !== 0) place = (place + 1) & mask;
    this.#places[place] = count;
  }

  #isSame(index: number, bytes: Uint8Array, at: number, end: number): boolean {
    let from = index === 0 ? 0 : this.#ends[index - 1]!;
    if (this.#ends[index]! - from !== end - at) return false;
    for (let to = at; to < end; to++) if (this.#arena[from++] !== lower(bytes[to]!)) return false;
    return true;
  }
}

const JOINER = 1;
const DIGIT = 2;
const LOWER = 3;
const UPPER = 4;
const CASE = 0x20;
const FNV_BASIS = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** By ASCII code; 0 = what ends a word. */
const KINDS = Uint8Array.from({ length: 128 }, (_, code) => {
  const char = String.fromCharCode(code);
  if (/\d/.test(char)) return DIGIT;
  if (/[a-z]/.test(char)) return LOWER;
  if (/[A-Z]/.test(char)) return UPPER;
  return ".:_/@+-".includes(char) ? JOINER : 0;
});

function lower(byte: number): number {
  return KINDS[byte] === UPPER ? byte | CASE : byte;
}

/** Where a name goes on behind the joiners at `at`; `at` = it does not. */
function behindJoiners(bytes: Uint8Array, at: number): number {
  let next = at;
  while (next < bytes.length && KINDS[bytes[next]!] === JOINER) next++;
  return next < bytes.length && KINDS[bytes[next]!]! >= DIGIT ? next : at;
}

/** The low bits of FNV-1a alone hardly differ between short words. */
function spread(hash: number): number {
  return hash ^ (hash >>> 15);
}
