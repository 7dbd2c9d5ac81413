// Opening a log: reads what is there, clears what a crash cut short, and joins the parts: a cursor that reads, a pen that
// writes, and the queue before it. A log without records has no file yet: the first append makes it.

import { assert } from "../../base/assert.ts";
import { Cursor } from "./cursor.ts";
import type { Frame, Log, LogOptions, LogRecord } from "./model.ts";
import { Pen } from "./pen.ts";
import { readRecords } from "./records.ts";
import { Writer, type Frames } from "./writer.ts";

/** Throws OPD5001 (a planted link), OPD5003 (damage); where something has to be cleared OPD5002, OPD5004. */
export async function openLog(options: LogOptions): Promise<Log> {
  assert(/^[\x21-\x7e]{4}$/.test(options.kind), "the kind of a log is four ASCII letters");
  const log = new FileLog(options);
  try {
    await log.begin();
    return log;
  } catch (error) {
    await log.close();
    throw error;
  }
}

class FileLog implements Log {
  readonly #options: LogOptions;
  readonly #cursor: Cursor;
  readonly #pen: Pen;
  readonly #writer: Writer;
  #first = 0;
  #droppedBytes = 0;
  #closed = false;

  constructor(options: LogOptions) {
    this.#options = options;
    this.#cursor = new Cursor(options);
    this.#pen = new Pen(options, this.#cursor);
    this.#writer = new Writer(options, this.#cursor, this.#pen);
  }

  get first(): number {
    return this.#first;
  }

  get next(): number {
    return this.#cursor.position.next;
  }

  get droppedBytes(): number {
    return this.#droppedBytes;
  }

  async begin(): Promise<void> {
    this.#first = this.#cursor.begin();
    this.#droppedBytes = this.#cursor.inspect();
    if (this.#droppedBytes === 0 || this.#options.readOnly === true) return;
    // It may be a commit that somebody writes at this moment: with the lock held it is known.
    await this.#writer.alone(() => this.#pen.clear());
    this.#droppedBytes = this.#pen.droppedBytes;
  }

  append(frames: Frames): Promise<number> {
    return this.#write(frames, true);
  }

  note(frames: readonly Frame[]): Promise<number> {
    return this.#write(frames, false);
  }

  async reserve(sizeBytes: number): Promise<void> {
    this.#checkWritable();
    await this.#writer.alone(async () => {
      if (this.#pen.roomBytes < sizeBytes) await this.#pen.roll(sizeBytes);
    });
  }

  async refresh(): Promise<void> {
    if (this.#options.readOnly !== true) await this.#writer.alone(() => undefined);
    else {
      this.#cursor.advance();
      if (!this.#cursor.position.atEnd) this.#cursor.inspect();
    }
  }

  records(from: number, to: number = this.next): Generator<LogRecord> {
    return readRecords(this.#options, from, Math.min(to, this.next));
  }

  async dropBefore(seq: number): Promise<void> {
    this.#checkWritable();
    await this.#writer.alone(async () => {
      this.#first = await this.#pen.drop(seq);
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#writer.close();
    this.#cursor.close();
  }

  async #write(frames: Frames, durable: boolean): Promise<number> {
    this.#checkWritable();
    return this.#writer.append(frames, durable);
  }

  #checkWritable(): void {
    assert(this.#options.readOnly !== true, "a log that was opened to be read is not written");
    assert(!this.#closed, "a closed log is not written");
  }
}
