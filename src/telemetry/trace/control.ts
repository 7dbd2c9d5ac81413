// How other threads speak to a collector: wake it, or tell it to end and wait until it did. Four words of shared memory,
// so that it works whatever the collector's event loop is doing and without a port that keeps a process alive.
//
//   words: 0 wakes so far, 1 milliseconds it may take to end (0 = go on), 2 ended, 3 events it did not get rid of

const WAKES = 0;
const END_MS = 1;
const ENDED = 2;
const LEFT = 3;

export interface Control {
  /** Any thread: looks at the rings now. */
  readonly wake: () => void;
  /** Any thread: takes what is there, hands it on and ends within `deadlineMs`. Events left over by then; null = it did
   * not even say so in time. */
  end(deadlineMs: number): Promise<number | null>;
  /** The collector: waits until it is woken or told to end, at most `ms`. */
  rest(ms: number): Promise<void>;
  /** The collector: milliseconds it was given to end; null = go on. */
  ending(): number | null;
  /** The collector: waits for the end; milliseconds it is given then. Keeps no thread alive. */
  untilEnding(): Promise<number>;
  /** The collector: its last word. */
  ended(left: number): void;
}

/** What an ended collector may take to say so beyond its deadline. */
const SAY_SO_MS = 250;

export function newControl(): SharedArrayBuffer {
  return new SharedArrayBuffer(16);
}

export function control(buffer: SharedArrayBuffer): Control {
  const words = new Int32Array(buffer);
  let seen = Atomics.load(words, WAKES);
  const wake = (): void => {
    Atomics.add(words, WAKES, 1);
    Atomics.notify(words, WAKES);
  };
  return Object.freeze({
    wake,
    async end(deadlineMs: number): Promise<number | null> {
      Atomics.store(words, END_MS, Math.max(1, Math.ceil(deadlineMs)));
      Atomics.notify(words, END_MS);
      wake();
      await waitFor(words, ENDED, 0, deadlineMs + SAY_SO_MS);
      return Atomics.load(words, ENDED) === 0 ? null : Atomics.load(words, LEFT);
    },
    async rest(ms: number): Promise<void> {
      await waitFor(words, WAKES, seen, ms);
      // Read before the rings are: what wakes after this is a reason not to rest.
      seen = Atomics.load(words, WAKES);
    },
    ending(): number | null {
      const ms = Atomics.load(words, END_MS);
      return ms === 0 ? null : ms;
    },
    async untilEnding(): Promise<number> {
      const wait = Atomics.waitAsync(words, END_MS, 0);
      if (wait.async) await wait.value;
      return Atomics.load(words, END_MS);
    },
    ended(left: number): void {
      Atomics.store(words, LEFT, left);
      Atomics.store(words, ENDED, 1);
      Atomics.notify(words, ENDED);
    },
  });
}

/** Until word `at` is not `value`, at most `ms`. A pending Atomics.waitAsync keeps no thread alive, a timer does. */
async function waitFor(
  words: Int32Array<SharedArrayBuffer>,
  at: number,
  value: number,
  ms: number,
): Promise<void> {
  const timer = setTimeout(() => {}, ms);
  const wait = Atomics.waitAsync(words, at, value, ms);
  if (wait.async) await wait.value;
  clearTimeout(timer);
}
