// The SASL dialogue that opens a D-Bus connection, both sides, as machines that eat bytes in any chunking. (D-Bus
// specification, "Authentication Protocol".) Only EXTERNAL: the kernel vouches for the peer, and the client sends no
// uid, because inside a user namespace the uid it knows is not the one the server sees. Bytes after the dialogue
// belong to the message stream and are handed back untouched.

import { OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";

export interface AuthDone {
  /** GUID of the server. */
  readonly guid: string;
  /** Did both sides agree to pass file descriptors? */
  readonly unixFds: boolean;
  /** What followed the dialogue. */
  readonly rest: Buffer;
}

/** The client sends this first. Three commands at once save two round trips; BEGIN waits for the answers. */
export const AUTH_OPENING: Buffer = Buffer.from("\0AUTH EXTERNAL\r\nDATA\r\nNEGOTIATE_UNIX_FD\r\n");
/** The client sends this when `ClientAuth` is done; messages follow at once. */
export const AUTH_BEGIN: Buffer = Buffer.from("BEGIN\r\n");

/** Splits what arrives into lines without CR LF; throws OPD3014 for a line that is too long. */
class Lines {
  #held: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): void {
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
  }

  next(): string | null {
    const end = this.#held.indexOf("\r\n");
    if ((end === -1 ? this.#held.length : end) > LIMITS.authLineBytesMax) {
      throw new OpError("OPD3014", "a line of the authentication dialogue is too long");
    }
    if (end === -1) return null;
    const line = this.#held.toString("latin1", 0, end);
    this.#held = this.#held.subarray(end + 2);
    if (!/^[\x20-\x7e]*$/.test(line)) {
      throw new OpError("OPD3014", "the authentication dialogue holds bytes that are not ASCII text");
    }
    return line;
  }

  get rest(): Buffer {
    return this.#held;
  }

  skip(bytes: number): void {
    this.#held = this.#held.subarray(bytes);
  }
}

/** The client's side: feed it what the server sends until it returns `AuthDone`. Throws OPD3009 when the server
 * rejects us, OPD3014 when it does not speak the protocol. */
export class ClientAuth {
  readonly #lines = new Lines();
  /** Answers so far to the three commands of the opening. */
  #answers = 0;
  #guid: string | null = null;

  push(chunk: Buffer): AuthDone | null {
    this.#lines.push(chunk);
    for (let line = this.#lines.next(); line !== null; line = this.#lines.next()) {
      const done = this.#answer(line);
      if (done !== null) return done;
    }
    return null;
  }

  #answer(line: string): AuthDone | null {
    const [command = "", argument = ""] = line.split(" ", 2);
    this.#answers++;
    if (command === "REJECTED") {
      throw new OpError(
        "OPD3009",
        `the bus refused EXTERNAL authentication; it offers ${line.slice(9) || "nothing"}`,
      );
    }
    if (this.#answers === 1 && command === "DATA") return null;
    if (this.#answers <= 2 && command === "OK" && this.#guid === null) {
      if (!/^[0-9a-fA-F]{32}$/.test(argument)) throw broken("the server's GUID is not 32 hex digits");
      this.#guid = argument.toLowerCase();
      return null;
    }
    // A server that answered AUTH with OK at once has no use for our DATA, and says so with ERROR.
    if (this.#answers === 2 && command === "ERROR" && this.#guid !== null) return null;
    if (this.#answers === 3 && this.#guid !== null && (command === "AGREE_UNIX_FD" || command === "ERROR")) {
      return { guid: this.#guid, unixFds: command === "AGREE_UNIX_FD", rest: this.#lines.rest };
    }
    throw broken(`unexpected answer ${JSON.stringify(line.slice(0, 80))}`);
  }
}

export interface ServerStep {
  /** To be sent to the client. */
  readonly reply: string;
  /** Set once the client said BEGIN: what followed it. */
  readonly rest: Buffer | null;
}

/** The server's side. The caller has already made sure who can connect; a claimed uid must be one of `uids`.
 * Throws OPD3014 when the client does not speak the protocol or is rejected too often. */
export class ServerAuth {
  readonly #lines = new Lines();
  readonly #guid: string;
  readonly #uids: ReadonlySet<string>;
  #state: "nul" | "auth" | "data" | "begin" = "nul";
  #rejected = 0;

  constructor(guid: string, uids: ReadonlySet<string>) {
    this.#guid = guid;
    this.#uids = uids;
  }

  push(chunk: Buffer): ServerStep {
    if (chunk.length === 0) return { reply: "", rest: null };
    this.#lines.push(chunk);
    if (this.#state === "nul") {
      if (chunk[0] !== 0) throw broken("the client did not begin with a NUL byte");
      this.#lines.skip(1);
      this.#state = "auth";
    }
    let reply = "";
    for (let line = this.#lines.next(); line !== null; line = this.#lines.next()) {
      if (line === "BEGIN" && this.#state === "begin") return { reply, rest: this.#lines.rest };
      reply += `${this.#answer(line)}\r\n`;
    }
    return { reply, rest: null };
  }

  #answer(line: string): string {
    const [command = "", ...words] = line.split(" ");
    if (command === "CANCEL" || (command === "ERROR" && this.#state !== "begin")) return this.#reject();
    if (command === "BEGIN") throw broken("BEGIN before the authentication ended");
    if (this.#state === "auth" && command === "AUTH") {
      if (words[0] !== "EXTERNAL") return this.#reject();
      if (words[1] !== undefined && words[1] !== "") return this.#identify(words[1]);
      this.#state = "data";
      return "DATA";
    }
    if (this.#state === "data" && command === "DATA") return this.#identify(words[0] ?? "");
    if (this.#state === "begin" && command === "NEGOTIATE_UNIX_FD")
      return "ERROR descriptors cannot be passed";
    return "ERROR not expected here";
  }

  #identify(hex: string): string {
    const uid = Buffer.from(hex, "hex").toString("latin1");
    if (hex !== "" && !this.#uids.has(uid)) return this.#reject();
    this.#state = "begin";
    return `OK ${this.#guid}`;
  }

  #reject(): string {
    this.#state = "auth";
    if (++this.#rejected > 8) throw broken("the client was rejected too often");
    return "REJECTED EXTERNAL";
  }
}

function broken(reason: string): OpError {
  return new OpError("OPD3014", `authentication: ${reason}`);
}
