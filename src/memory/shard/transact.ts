// One transaction over several shards, in two phases: every shard promises its part and has the promise on disk; then the
// decision goes to disk, which is the moment from which it counts; then all shards do their parts in one turn of the event
// loop, so nobody in this process sees a half. A crash before the decision leaves promises that are dropped when the shards
// are opened, one after it leaves promises that are kept. docs/design/memory-shard.md goes through every step.

import { randomBytes } from "node:crypto";
import { OpError } from "../../base/error.ts";
import type { Change } from "../model.ts";
import type { Decisions } from "./decisions.ts";
import type { Part } from "./model.ts";

export class Coordinator {
  /** Set when a decision could not be carried out, or nobody knows whether there is one. */
  failure: OpError | null = null;
  readonly #parts: readonly Part[];
  readonly #decisions: Decisions;
  readonly #finishing = new Set<Promise<void>>();

  constructor(parts: readonly Part[], decisions: Decisions) {
    this.#parts = parts;
    this.#decisions = decisions;
  }

  /** What a crash left is done, or dropped, in every shard and on disk. Nothing else was begun. Throws OPD4004. */
  async recover(): Promise<void> {
    for (const { graph } of this.#parts)
      for (const transaction of graph.prepared())
        graph.resolve(transaction, this.#decisions.has(transaction));
    await Promise.all(this.#parts.map(({ graph }) => graph.durable()));
    await this.#decisions.done(this.#decisions.open);
  }

  /**
   * Does what `changes` says for each shard, two of them at least; `done` is called in the turn in which it is seen. It is durable
   * when it resolves. Throws what `prepare` throws and OPD5002 to OPD5004 (nothing was done), and OPD4303.
   */
  async commit(changes: readonly (readonly Change[])[], done: () => void): Promise<void> {
    const transaction = randomBytes(16).toString("hex");
    const taking = this.#parts.filter((_, shard) => changes[shard]!.length > 0);
    const prepared = await Promise.allSettled(
      taking.map(async (part) => {
        await part.graph.room();
        const own = changes[this.#parts.indexOf(part)]!;
        await part.graph.durable(part.graph.prepare(transaction, own));
      }),
    );
    const refused = prepared.find((one) => one.status === "rejected");
    if (refused !== undefined) {
      this.#drop(taking, transaction);
      throw refused.reason;
    }
    await this.#decide(taking, transaction);
    try {
      for (const { graph } of taking) graph.resolve(transaction, true);
    } catch (error) {
      throw this.#fail("a shard could not do its part of a transaction that is decided", error);
    } finally {
      done();
    }
    this.#finish(taking, transaction);
  }

  /** Waits until nothing is on its way any more. */
  async idle(): Promise<void> {
    while (this.#finishing.size > 0) await Promise.all(this.#finishing);
  }

  async #decide(taking: readonly Part[], transaction: string): Promise<void> {
    try {
      await this.#decisions.decide(transaction);
    } catch (error) {
      const isUnknown = !(error instanceof OpError) || error.code === "OPD5005";
      if (isUnknown) throw this.#fail("the disk failed while a decision was written", error);
      this.#drop(taking, transaction);
      throw error;
    }
  }

  /** A shard that cannot write drops it when it is opened again. */
  #drop(taking: readonly Part[], transaction: string): void {
    for (const { graph } of taking)
      try {
        graph.resolve(transaction, false);
      } catch (error) {
        if (!(error instanceof OpError) || error.code !== "OPD4004") throw error;
      }
  }

  /** In the background: the decision is needed until every shard has its part on disk. */
  #finish(taking: readonly Part[], transaction: string): void {
    const finishing = Promise.all(taking.map(({ graph }) => graph.durable()))
      .then(() => this.#decisions.done([transaction]))
      .catch((error: unknown) => {
        this.#fail("a transaction that is decided could not be brought to its end", error);
      })
      .finally(() => this.#finishing.delete(finishing));
    this.#finishing.add(finishing);
  }

  #fail(what: string, cause: unknown): OpError {
    return (this.failure ??= new OpError("OPD4303", what, { cause }));
  }
}
