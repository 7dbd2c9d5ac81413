// One thread asks another to publish what it has, through two words of shared memory: `asked` counts questions, `answered`
// is the last question that was answered. The asked thread answers between two turns of its event loop, so what it
// publishes belongs together and its hot path knows nothing of readers. One that is busy answers late, never wrong.
//
// A pending Atomics.waitAsync keeps no process alive: listening costs a thread nothing, and who asks holds a timer.

/** A view of shared memory; `at` is the index of `asked`, `answered` lies behind it. */
export interface Bell {
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly at: number;
}

/** Calls `publish` whenever somebody asks, also for a question that came before; gives the function that ends it. */
export function answer({ words, at }: Bell, publish: () => void): () => void {
  let listening = true;
  void listen();
  return () => {
    listening = false;
    Atomics.notify(words, at);
  };

  async function listen(): Promise<void> {
    let seen = Atomics.load(words, at + 1);
    while (listening) {
      const wait = Atomics.waitAsync(words, at, seen);
      if (wait.async) await wait.value;
      const asked = Atomics.load(words, at);
      if (!listening || asked === seen) continue;
      publish();
      seen = asked;
      // Behind all that `publish` wrote: who sees this answer sees that too.
      Atomics.store(words, at + 1, seen);
      Atomics.notify(words, at + 1);
    }
  }
}

/** Asks and waits; false = no answer within `deadlineMs`. Then the last thing published still stands. */
export async function ask({ words, at }: Bell, deadlineMs: number): Promise<boolean> {
  const mine = (Atomics.add(words, at, 1) + 1) | 0;
  Atomics.notify(words, at);
  let late = false;
  const timer = setTimeout(() => (late = true), deadlineMs);
  try {
    for (;;) {
      const answered = Atomics.load(words, at + 1);
      // Both wrap around.
      if (((answered - mine) | 0) >= 0) return true;
      if (late) return false;
      const wait = Atomics.waitAsync(words, at + 1, answered, deadlineMs);
      const end = wait.async ? await wait.value : wait.value;
      late ||= end === "timed-out";
    }
  } finally {
    clearTimeout(timer);
  }
}
