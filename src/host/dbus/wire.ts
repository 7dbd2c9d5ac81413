// One authenticated stream of messages over one pipe, from the client's side. A broken frame closes it with the reason;
// what a message means is not known here.

import { OpError } from "../../base/error.ts";
import { AUTH_BEGIN, AUTH_OPENING, ClientAuth } from "./auth.ts";
import { Framer, type Accept } from "./framer.ts";
import type { Message } from "./message.ts";
import type { BusMeter } from "./meter.ts";
import { reuse } from "./output.ts";
import type { Pipe } from "./transport.ts";

export interface WireEvents {
  message(message: Message): void;
  /** All messages of what arrived were told. */
  read(): void;
  /** Called once, whoever ended it. null = we did. */
  closed(error: OpError | null): void;
}

export class Wire {
  readonly guid: string;
  readonly address: string;
  readonly #pipe: Pipe;
  readonly #framer: Framer;
  readonly #events: WireEvents;
  #open = true;

  constructor(pipe: Pipe, guid: string, address: string, accept: Accept, events: WireEvents) {
    this.#pipe = pipe;
    this.guid = guid;
    this.address = address;
    this.#framer = new Framer(accept);
    this.#events = events;
  }

  /** Adds what came and went here, once, at the end. */
  countInto({ bytesIn, bytesOut, dropped }: BusMeter): void {
    bytesIn.add(this.#pipe.bytesIn);
    bytesOut.add(this.#pipe.bytesOut);
    dropped.add(this.skipped);
  }

  /** Messages that were refused by their header, or of a type nobody knows. */
  get skipped(): number {
    return this.#framer.skipped;
  }

  /** Queues one message, just encoded: its bytes are this wire's from now on. Throws OPD3023 when the bus does not
   * read. */
  send(message: Buffer): void {
    this.#pipe.write(message, reuse);
  }

  /** Sends what is queued and ends the stream. No message arrives after this. */
  close(): void {
    this.end(null);
  }

  /** Where the pipe should read to; null = anywhere. */
  room(): Buffer | null {
    return this.#framer.room();
  }

  /** Bytes from the pipe: a chunk, or their count when they are in the room already. */
  received(chunk: Buffer | number): void {
    if (!this.#open) return;
    try {
      if (typeof chunk === "number") this.#framer.filled(chunk);
      else this.#framer.push(chunk);
      for (let message = this.#framer.next(); message !== null && this.#open; message = this.#framer.next()) {
        this.#events.message(message);
      }
      this.#events.read();
    } catch (error) {
      this.end(
        error instanceof OpError
          ? error
          : new OpError("OPD1901", "a message could not be handled", { cause: error }),
      );
    }
  }

  end(error: OpError | null): void {
    if (!this.#open) return;
    this.#open = false;
    this.#pipe.close();
    this.#events.closed(error);
  }
}

/** Authenticates. `guid`: what the address demands of the server. Rejects with OPD3009 or OPD3014 when the server does
 * not want us or speaks something else, OPD3002 when it is another server or went away. */
export function openWire(
  pipe: Pipe,
  address: { readonly text: string; readonly guid?: string | undefined },
  accept: Accept,
  events: WireEvents,
): Promise<Wire> {
  return new Promise((resolve, reject) => {
    const auth = new ClientAuth();
    let wire: Wire | null = null;
    const fail = (error: unknown): void => {
      reject(error as Error);
      pipe.close();
    };
    pipe.start({
      data(chunk) {
        if (wire !== null) return wire.received(chunk);
        try {
          const done = auth.push(chunk);
          if (done === null) return;
          if (address.guid !== undefined && address.guid.toLowerCase() !== done.guid) {
            throw new OpError("OPD3002", `the server's GUID is ${done.guid}, not the one in the address`);
          }
          wire = new Wire(pipe, done.guid, address.text, accept, events);
          pipe.write(AUTH_BEGIN);
          resolve(wire);
          if (done.rest.length > 0) wire.received(done.rest);
        } catch (error) {
          fail(error);
        }
      },
      room: () => wire?.room() ?? null,
      filled: (bytes) => wire?.received(bytes),
      closed(error) {
        const reason = error === null ? "the bus closed the connection" : error.message;
        if (wire === null) fail(new OpError("OPD3002", reason));
        else wire.end(new OpError("OPD3003", reason, error === null ? {} : { cause: error }));
      },
    });
    pipe.write(AUTH_OPENING);
  });
}
