// The control: the ring of the first generation, in which a full writer moves the reader's index. With every access to its
// words as strong as JavaScript has it, events are still torn and out of order.

import { mixed } from "./checked-events.ts";

const HEAD = 0;
const TAIL = 1;
const FIRST = 2;
/** Words of one event: its number and what follows from it. */
const EVENT_WORDS = 8;

export interface OriginalRing {
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly capacity: number;
}

export function newOriginal(capacity: number): SharedArrayBuffer {
  return new SharedArrayBuffer((FIRST + capacity * EVENT_WORDS) * 4);
}

export function openOriginal(buffer: SharedArrayBuffer): OriginalRing {
  const words = new Int32Array(buffer);
  return { words, capacity: (words.length - FIRST) / EVENT_WORDS };
}

export function pushOriginal({ words, capacity }: OriginalRing, n: number): void {
  const head = Atomics.load(words, HEAD);
  const next = (head + 1) % capacity;
  const tail = Atomics.load(words, TAIL);
  if (next === tail) Atomics.store(words, TAIL, (tail + 1) % capacity);
  const at = FIRST + head * EVENT_WORDS;
  words[at] = n;
  for (let word = 1; word < EVENT_WORDS; word++) words[at + word] = mixed(n + word);
  Atomics.store(words, HEAD, next);
}

/** The number of the next event, "torn", or null = there is none. */
export function popOriginal({ words, capacity }: OriginalRing): number | "torn" | null {
  const tail = Atomics.load(words, TAIL);
  if (tail === Atomics.load(words, HEAD)) return null;
  const at = FIRST + tail * EVENT_WORDS;
  const event = words.slice(at, at + EVENT_WORDS);
  Atomics.store(words, TAIL, (tail + 1) % capacity);
  const n = event[0]!;
  return event.every((word, i) => i === 0 || word === (mixed(n + i) | 0)) ? n : "torn";
}
