// A model checker for programs over shared memory, after the memory model of ECMAScript (ECMA-262, "Memory Model"). It
// tries every order of the Atomics operations and, for each, asks the axioms what every plain read may see:
//
// - Atomics are totally ordered; a read of one sees the last write of one before it, and synchronizes with it. A
//   read-modify-write is both in one event.
// - "Happens before" is the order within an agent and what synchronizes, and all that follows from both.
// - A plain read may see any write that does not happen after it and is not hidden by a later one that happens before the
//   read (Coherent Reads): an old one, one of the future, and with each read another one. Nothing else orders plain
//   accesses: what compilers and processors do to them (store buffers, reads that move down) is all within that.
//
// Plain accesses need no place in the interleaving, because no axiom looks at one. Agents are generators; an agent may
// not let what it writes depend on a plain read, so that what can be read is known when all have ended.

/** What an agent asks for. `load`, `store`, `add` are Atomics; `add` gives the old value, like Atomics.add. */
export type Step =
  | { readonly do: "load"; readonly at: string }
  | { readonly do: "store"; readonly at: string; readonly value: number }
  | { readonly do: "add"; readonly at: string; readonly by: number }
  | { readonly do: "write"; readonly at: string; readonly value: number }
  /** A plain read whose value is only looked at in the end: gives its number, for `Claim`. */
  | { readonly do: "read"; readonly at: string }
  /** A plain read whose value decides how the agent goes on: each of `values` is tried. */
  | { readonly do: "guess"; readonly at: string; readonly values: readonly number[] }
  /** Any of 0 .. `of` - 1: what the agent does by itself, such as when its event loop turns. */
  | { readonly do: "choose"; readonly of: number };

export type Agent = Generator<Step, void, number>;

/** What must hold whatever the plain reads with these numbers saw. */
export interface Claim {
  readonly reads: readonly number[];
  readonly holds: (values: readonly number[]) => boolean;
  readonly text: string;
}

/** Made anew for each execution. All memory is 0 in the beginning. */
export interface Model {
  readonly agents: readonly Agent[];
  /** After all agents ended: what must hold. */
  readonly claims: () => readonly Claim[];
}

export interface Verdict {
  /** Executions that the memory model allows, up to the first that broke a claim. */
  readonly executions: number;
  /** null = every claim held in all of them. */
  readonly broken: string | null;
}

/** Of each agent, how many of its events happen before. */
type Clock = readonly number[];
interface Plain {
  readonly agent: number;
  /** Number of the event in its agent, from 1. */
  readonly event: number;
  readonly at: string;
  /** What happens before it, itself included. */
  readonly clock: Clock;
}
interface Write extends Plain {
  readonly value: number;
}

/** Thrown by `run` where the executions become too many for a test: the model is too large. */
const EXECUTIONS_MAX = 5_000_000;

export function check(model: () => Model): Verdict {
  const path: { chosen: number; of: number }[] = [];
  let executions = 0;
  for (let runs = 0; runs < EXECUTIONS_MAX; runs++) {
    let depth = 0;
    const choose = (of: number): number => {
      if (depth === path.length) path.push({ chosen: 0, of });
      return path[depth++]!.chosen;
    };
    const outcome = execute(model(), choose);
    if (outcome !== "impossible") executions++;
    if (outcome !== "held" && outcome !== "impossible") return { executions, broken: outcome };
    while (path.length > 0 && path.at(-1)!.chosen === path.at(-1)!.of - 1) path.pop();
    if (path.length === 0) return { executions, broken: null };
    path.at(-1)!.chosen++;
  }
  throw new Error(`more than ${EXECUTIONS_MAX} executions`);
}

function execute({ agents, claims }: Model, choose: (of: number) => number): string {
  const events = agents.map(() => 0);
  const clocks = agents.map(() => agents.map(() => 0));
  const atomics = new Map<string, { value: number; clock: Clock }>();
  const reads: Plain[] = [];
  const writes: Write[] = [];
  const guesses: { readonly read: Plain; readonly value: number }[] = [];
  const next = agents.map((agent, number) => upToAtomic(number, agent.next()));

  for (;;) {
    const ready = next.flatMap((step, agent) => (step === null ? [] : [agent]));
    if (ready.length === 0) break;
    const agent = ready[ready.length === 1 ? 0 : choose(ready.length)]!;
    const result = atomic(agent, next[agent]!);
    next[agent] = upToAtomic(agent, agents[agent]!.next(result));
  }

  const mixed = [...reads, ...writes, ...guesses.map((one) => one.read)].find(({ at }) => atomics.has(at));
  if (mixed !== undefined) throw new Error(`${mixed.at} is used with Atomics and plainly`);
  if (guesses.some(({ read, value }) => !visible(read).includes(value))) return "impossible";
  for (const { reads: numbers, holds, text } of claims()) {
    const seen = numbers.map((number) => visible(reads[number]!));
    for (const values of product(seen)) if (!holds(values)) return `${text}: ${values.join(", ")}`;
  }
  return "held";

  /** Lets the agent go on until it wants an Atomics operation; null = it ended. */
  function upToAtomic(agent: number, result: IteratorResult<Step, void>): Step | null {
    while (result.done !== true) {
      const step = result.value;
      if (step.do === "load" || step.do === "store" || step.do === "add") return step;
      result = agents[agent]!.next(plain(agent, step));
    }
    return null;
  }

  function happens(agent: number): Clock {
    clocks[agent]![agent] = ++events[agent]!;
    return [...clocks[agent]!];
  }

  function plain(agent: number, step: Step): number {
    if (step.do === "choose") return choose(step.of);
    const clock = happens(agent);
    const access = { agent, event: events[agent]!, at: step.at, clock };
    if (step.do === "write") return writes.push({ ...access, value: step.value });
    if (step.do === "guess") {
      const value = step.values[choose(step.values.length)]!;
      guesses.push({ read: access, value });
      return value;
    }
    return reads.push(access) - 1;
  }

  function atomic(agent: number, step: Step): number {
    if (step.do !== "load" && step.do !== "store" && step.do !== "add") return 0;
    const before = atomics.get(step.at);
    if (step.do !== "store" && before !== undefined)
      before.clock.forEach((count, i) => (clocks[agent]![i] = Math.max(clocks[agent]![i]!, count)));
    const clock = happens(agent);
    const value = before?.value ?? 0;
    if (step.do === "store") atomics.set(step.at, { value: step.value, clock });
    if (step.do === "add") atomics.set(step.at, { value: value + step.by, clock });
    return value;
  }

  /** Values that a plain read may see. */
  function visible(read: Plain): readonly number[] {
    const here = writes.filter(({ at }) => at === read.at);
    const before = (a: Plain, b: Plain): boolean => a !== b && a.event <= b.clock[a.agent]!;
    const hiding = here.filter((write) => before(write, read));
    const seen = here
      .filter((write) => !before(read, write) && !hiding.some((later) => before(write, later)))
      .map(({ value }) => value);
    // The initial 0 happens before everything, so any write that does hides it.
    return hiding.length === 0 ? [0, ...seen] : seen;
  }
}

function product(sets: readonly (readonly number[])[]): readonly (readonly number[])[] {
  return sets.reduce<readonly (readonly number[])[]>(
    (rows, set) => rows.flatMap((row) => set.map((value) => [...row, value])),
    [[]],
  );
}

// The steps as an agent writes them: `yield load("head")`.
export const load = (at: string): Step => ({ do: "load", at });
export const store = (at: string, value: number): Step => ({ do: "store", at, value });
export const add = (at: string, by: number): Step => ({ do: "add", at, by });
export const write = (at: string, value: number): Step => ({ do: "write", at, value });
export const read = (at: string): Step => ({ do: "read", at });
export const guess = (at: string, values: readonly number[]): Step => ({ do: "guess", at, values });
export const choose = (of: number): Step => ({ do: "choose", of });
