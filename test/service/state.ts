// What the test service has and what it was told: its values, its log of calls, and the faults that a test has armed.
// One place for misbehaviour: every setter goes through `Faults.around`, so any of them can fail in any way.

import { DBusError } from "../../src/host/dbus/dbus.ts";

/** The deadline of the mapping beside it is 1.5 s: `slow` answers within it, `late` after it. */
const SLOW_MS = 200;
const LATE_MS = 3000;

/**
 * error, hostile    refuses, with a plain text or with one that plays tricks on a terminal
 * echo              refuses with a text that repeats its arguments
 * denied            refuses as polkit would
 * ignore            answers with success and does nothing
 * slow              does it and answers late, but within the deadline
 * late-done         does it and answers after the deadline
 * late-not          does nothing and answers after the deadline
 * partial           does half of it and answers with success (rollback of a checkpoint)
 */
export const FAULTS = [
  "error",
  "hostile",
  "echo",
  "denied",
  "ignore",
  "slow",
  "late-done",
  "late-not",
  "partial",
] as const;
export type Fault = (typeof FAULTS)[number];

/** Escape sequences, a carriage return and a right-to-left override: what must never reach a terminal raw. */
export const HOSTILE = "\u001b[2Kgone\u001b]0;owned\u0007\r\u202egnp.exe";

export interface Box {
  colour: string;
}

/** All that the service holds. `JSON.stringify` of it is the truth that a test compares with. */
export interface TestState {
  title: string;
  note: string;
  level: number;
  quiet: string;
  folded: string;
  token: string;
  password: string;
  readonly boxes: Map<string, Box>;
  readonly parts: Set<string>;
}

export function freshState(): TestState {
  return {
    title: "first",
    note: "first",
    level: 1,
    quiet: "first",
    folded: "first",
    token: "first-token",
    password: "",
    boxes: new Map([["red", { colour: "red" }]]),
    parts: new Set(),
  };
}

export function stateText(state: TestState): string {
  return JSON.stringify({ ...state, boxes: Object.fromEntries(state.boxes), parts: [...state.parts] });
}

interface Armed {
  readonly fault: Fault;
  /** Calls that still pass before it strikes. */
  skip: number;
  /** Calls that it still strikes. */
  times: number;
}

export class Faults {
  readonly #armed = new Map<string, Armed>();
  readonly #timers = new Set<() => void>();
  /** Every call of a setter in order, as JSON: [member, ...arguments]. */
  readonly calls: string[] = [];

  /** `member` misbehaves after `skip` calls, `times` times. */
  arm(member: string, fault: Fault, { skip = 0, times = 1_000 } = {}): void {
    this.#armed.set(member, { fault, skip, times });
  }

  disarm(): void {
    this.#armed.clear();
  }

  /** Notes the call and does `work` unless a fault is armed; `half` is what `partial` does. */
  async around(member: string, args: readonly unknown[], work: () => void, half = work): Promise<void> {
    this.calls.push(JSON.stringify([member, ...args]));
    switch (this.#strike(member)) {
      case "error":
        throw new DBusError("OPD3001", "org.opdbus.Test1.Error.Refused", `${member} was refused`);
      case "hostile":
        throw new DBusError("OPD3001", "org.opdbus.Test1.Error.Refused", HOSTILE);
      case "echo":
        throw new DBusError("OPD3001", "org.opdbus.Test1.Error.Refused", `cannot take ${args.join(" ")}`);
      case "denied":
        throw new DBusError("OPD3001", "org.freedesktop.DBus.Error.AccessDenied", "not yours");
      case "ignore":
        return;
      case "slow":
        work();
        return this.#wait(SLOW_MS);
      case "late-done":
        work();
        return this.#wait(LATE_MS);
      case "late-not":
        return this.#wait(LATE_MS);
      case "partial":
        return half();
      case null:
        return work();
    }
  }

  #strike(member: string): Fault | null {
    const armed = this.#armed.get(member);
    if (armed === undefined || armed.times === 0) return null;
    if (armed.skip > 0) {
      armed.skip--;
      return null;
    }
    armed.times--;
    return armed.fault;
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#timers.delete(end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.#timers.add(end);
    });
  }

  /** Answers what is still held back. */
  close(): void {
    for (const end of this.#timers) end();
  }
}
