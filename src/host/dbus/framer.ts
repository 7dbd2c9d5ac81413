// Cuts a byte stream into messages, however it is chunked. A message that lies whole in one chunk is read in place;
// any other is gathered once, in a buffer of its own size. Every header is shown to `accept` before its body is
// waited for: what is refused is skipped as it comes and never held, so a peer's size claim costs nothing.

import { LIMITS } from "../../base/limits.ts";
import { FIXED_SIZE_BYTES, readFrame, readHeader, type Frame, type ReceivedMessage } from "./header.ts";
import { SIGNAL, type Message, type MessageHeader } from "./message.ts";
import { viewOf } from "./reader.ts";

/** Says by its header whether a message is wanted. Asked once for each; its body follows only then. */
export type Accept = (header: MessageHeader) => boolean;

/** For fewer bytes a copy is cheaper than a read of their own. */
const ROOM_BYTES_MIN = 16 * 1024;

export class Framer {
  /** Messages that were skipped: refused, of an unknown type, with a header beyond its limit or an unknown field that
   * does not decode. */
  skipped = 0;
  readonly #accept: Accept;
  #chunk: Buffer = EMPTY;
  #view = EMPTY_VIEW;
  #pos = 0;
  /** Bytes of a skipped message that are still to come. */
  #skipBytes = 0;
  /** A message that began in an earlier chunk: room for the part that is read next, `#held` bytes of it there. */
  #gathered: Buffer | null = null;
  #held = 0;
  #frame: Frame | null = null;
  #header: ReceivedMessage | null = null;

  constructor(accept: Accept = () => true) {
    this.#accept = accept;
  }

  /** Takes the next bytes, best after `next` has answered null. They must not change afterwards: messages are read
   * from them later. */
  push(chunk: Buffer): void {
    const rest = this.#chunk.length - this.#pos;
    this.#chunk = rest === 0 ? chunk : Buffer.concat([this.#chunk.subarray(this.#pos), chunk]);
    this.#view = viewOf(this.#chunk);
    this.#pos = 0;
  }

  /** Where bytes of the large message under way can be read to without a copy; null: anywhere, and to `push`. Asked
   * after `next` has answered null. */
  room(): Buffer | null {
    const gathered = this.#gathered;
    if (gathered === null || gathered.length - this.#held < ROOM_BYTES_MIN) return null;
    return gathered.subarray(this.#held);
  }

  /** So many bytes were read into the room. */
  filled(bytes: number): void {
    this.#held += bytes;
  }

  /** The next whole message, null when more bytes are needed. Throws FramingError: nothing after it can be read. */
  next(): Message | null {
    for (;;) {
      const step = Math.min(this.#skipBytes, this.#chunk.length - this.#pos);
      this.#skipBytes -= step;
      this.#pos += step;
      if (this.#pos === this.#chunk.length && this.#held !== this.#gathered?.length) return this.#release();
      const message = this.#gathered === null ? this.#inPlace() : this.#gather(this.#gathered);
      if (message !== null) return message;
    }
  }

  /** Lets the used-up chunk go: the messages that were read from it hold it as long as they need. */
  #release(): null {
    this.#chunk = EMPTY;
    this.#view = EMPTY_VIEW;
    this.#pos = 0;
    return null;
  }

  /** Reads a message that lies whole in the chunk, else begins to gather it. */
  #inPlace(): Message | null {
    const available = this.#chunk.length - this.#pos;
    const frame = available < FIXED_SIZE_BYTES ? null : readFrame(this.#chunk, this.#view, this.#pos);
    if (frame === null || available < frame.sizeBytes) {
      this.#gathered = Buffer.allocUnsafeSlow(FIXED_SIZE_BYTES);
      return null;
    }
    if (!isKnown(frame)) return this.#refuse(frame.sizeBytes);
    const header = readHeader(this.#chunk, this.#view, this.#pos, frame);
    if (header === null || !this.#accept(header)) return this.#refuse(frame.sizeBytes);
    header.attach(this.#chunk, this.#view, this.#pos + frame.headerSizeBytes, frame.little);
    this.#pos += frame.sizeBytes;
    return header;
  }

  /** Takes what the chunk has of the message under way: its first bytes, then its header, then all of it. */
  #gather(gathered: Buffer): Message | null {
    const end = Math.min(this.#chunk.length, this.#pos + gathered.length - this.#held);
    this.#held += this.#chunk.copy(gathered, this.#held, this.#pos, end);
    this.#pos = end;
    if (this.#held < gathered.length) return null;
    const view = viewOf(gathered);
    if (this.#frame === null) {
      this.#frame = readFrame(gathered, view, 0);
      if (!isKnown(this.#frame)) return this.#refuse(this.#frame.sizeBytes - this.#held);
      return this.#extend(gathered, this.#frame.headerSizeBytes);
    }
    const { headerSizeBytes, sizeBytes, little } = this.#frame;
    if (this.#header === null) {
      this.#header = readHeader(gathered, view, 0, this.#frame);
      if (this.#header === null || !this.#accept(this.#header)) return this.#refuse(sizeBytes - this.#held);
      return this.#extend(gathered, sizeBytes);
    }
    const message = this.#header;
    message.attach(gathered, view, headerSizeBytes, little);
    this.#forget();
    return message;
  }

  #extend(gathered: Buffer, sizeBytes: number): Message | null {
    const larger = Buffer.allocUnsafeSlow(sizeBytes);
    gathered.copy(larger);
    this.#gathered = larger;
    return sizeBytes === gathered.length ? this.#gather(larger) : null;
  }

  #refuse(sizeBytes: number): null {
    this.skipped += 1;
    this.#skipBytes = sizeBytes;
    this.#forget();
    return null;
  }

  #forget(): void {
    this.#gathered = null;
    this.#held = 0;
    this.#frame = null;
    this.#header = null;
  }
}

const EMPTY = Buffer.alloc(0);
const EMPTY_VIEW = viewOf(EMPTY);

/** Other types must be ignored; a longer header is that of a path nobody has, and is not worth holding. */
function isKnown(frame: Frame): boolean {
  return frame.type <= SIGNAL && frame.headerSizeBytes <= LIMITS.headerSizeBytesMax;
}
