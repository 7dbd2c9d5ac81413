// Who owns which name on the embedded bus: RequestName and ReleaseName with queues and flags, as the specification
// tells them. ("Message Bus Names", "org.freedesktop.DBus.RequestName".) Pure bookkeeping: each operation returns its
// result code and which owners changed.

/** ALLOW_REPLACEMENT, REPLACE_EXISTING and DO_NOT_QUEUE of RequestName. */
const ALLOW_REPLACEMENT = 1;
const REPLACE_EXISTING = 2;
const DO_NOT_QUEUE = 4;

interface Claim {
  readonly owner: string;
  readonly flags: number;
}

export interface NameChange {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

export class EmbeddedNames {
  /** Well-known name -> its owner, then who waits. Never an empty list. */
  readonly #claims = new Map<string, readonly Claim[]>();

  /** The unique name that owns it, or undefined. */
  owner(name: string): string | undefined {
    return this.#claims.get(name)?.[0]?.owner;
  }

  names(): readonly string[] {
    return [...this.#claims.keys()];
  }

  /** Owner first, then the waiting ones in order. */
  queue(name: string): readonly string[] {
    return (this.#claims.get(name) ?? []).map(({ owner }) => owner);
  }

  /** How many names a connection owns or waits for. */
  count(unique: string): number {
    return [...this.#claims.values()].filter((claims) => claims.some(({ owner }) => owner === unique)).length;
  }

  /** Returns 1 owner, 2 in queue, 3 exists, 4 already owner. */
  request(name: string, unique: string, flags: number): { result: number; change: NameChange | null } {
    const claims = this.#claims.get(name) ?? [];
    const first = claims[0];
    const mine: Claim = { owner: unique, flags };
    const others = claims.filter(({ owner }) => owner !== unique);
    if (first === undefined) return { result: 1, change: this.#put(name, [mine]) };
    if (first.owner === unique) return { result: 4, change: this.#put(name, [mine, ...others]) };
    if ((flags & REPLACE_EXISTING) !== 0 && (first.flags & ALLOW_REPLACEMENT) !== 0) {
      const waiting = (first.flags & DO_NOT_QUEUE) === 0 ? others : others.slice(1);
      return { result: 1, change: this.#put(name, [mine, ...waiting]) };
    }
    if ((flags & DO_NOT_QUEUE) !== 0) return { result: 3, change: this.#put(name, others) };
    const at = claims.findIndex(({ owner }) => owner === unique);
    return { result: 2, change: this.#put(name, at === -1 ? [...claims, mine] : claims.with(at, mine)) };
  }

  /** Returns 1 released, 2 no such name, 3 not owner (and not in its queue). */
  release(name: string, unique: string): { result: number; change: NameChange | null } {
    const claims = this.#claims.get(name);
    if (claims === undefined) return { result: 2, change: null };
    const left = claims.filter(({ owner }) => owner !== unique);
    if (left.length === claims.length) return { result: 3, change: null };
    return { result: 1, change: this.#put(name, left) };
  }

  /** A connection is gone: all its claims go. */
  dropAll(unique: string): readonly NameChange[] {
    return this.names().flatMap((name) => this.release(name, unique).change ?? []);
  }

  #put(name: string, claims: readonly Claim[]): NameChange | null {
    const before = this.owner(name) ?? "";
    if (claims.length === 0) this.#claims.delete(name);
    else this.#claims.set(name, claims);
    const after = claims[0]?.owner ?? "";
    return before === after ? null : { name, before, after };
  }
}
