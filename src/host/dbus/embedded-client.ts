// One client of the embedded bus: its pipe, its dialogue, its messages in both directions, its match rules. What a
// message means is decided by the bus; a client that breaks the protocol or does not read is cut off.

import { LIMITS } from "../../base/limits.ts";
import type { ServerAuth } from "./auth.ts";
import { Framer } from "./framer.ts";
import type { Rule } from "./match-rule.ts";
import type { Message } from "./message.ts";
import type { Pipe } from "./transport.ts";

export interface ClientEvents {
  message(client: EmbeddedClient, message: Message): void;
  closed(client: EmbeddedClient): void;
}

export class EmbeddedClient {
  /** Its unique name; null before Hello. */
  unique: string | null = null;
  /** Rules by their text; the same text may have been added several times. */
  readonly rules: { readonly text: string; readonly rule: Rule }[] = [];
  /** After BecomeMonitor: what it sees. */
  monitor: readonly Rule[] | null = null;
  /** Calls it has not answered yet: "caller serial" -> the caller. */
  readonly unanswered = new Map<string, EmbeddedClient>();
  authenticated = false;
  open = true;
  readonly #pipe: Pipe;
  readonly #auth: ServerAuth;
  readonly #events: ClientEvents;
  readonly #framer = new Framer(({ bodySizeBytes }) => {
    if (bodySizeBytes > LIMITS.embeddedMessageBytesMax) this.#oversized = true;
    return !this.#oversized;
  });
  #oversized = false;

  constructor(pipe: Pipe, auth: ServerAuth, events: ClientEvents) {
    this.#pipe = pipe;
    this.#auth = auth;
    this.#events = events;
    pipe.start({ data: (chunk) => this.#data(chunk), closed: () => this.close() });
  }

  send(bytes: Uint8Array): void {
    if (!this.open) return;
    if (this.#pipe.queuedBytes + bytes.length > LIMITS.embeddedQueueBytesMax) return this.close();
    this.#pipe.write(bytes);
  }

  close(): void {
    if (!this.open) return;
    this.open = false;
    this.#pipe.close();
    this.#events.closed(this);
  }

  #data(chunk: Buffer): void {
    if (!this.open) return;
    try {
      if (this.authenticated) return this.#messages(chunk);
      const { reply, rest } = this.#auth.push(chunk);
      if (reply !== "") this.#pipe.write(Buffer.from(reply, "latin1"));
      if (rest === null) return;
      this.authenticated = true;
      if (rest.length > 0) this.#messages(rest);
    } catch {
      this.close();
    }
  }

  #messages(chunk: Buffer): void {
    this.#framer.push(chunk);
    for (let message = this.#framer.next(); message !== null && this.open; message = this.#framer.next()) {
      this.#events.message(this, message);
    }
    if (this.#oversized) this.close();
  }
}
