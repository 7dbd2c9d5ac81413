// The index file that is searched, and the thread that has it mapped. The file never changes; another takes its place.
// While nobody has it mapped (the thread died, and a new one is on its way) there is no answer, and the caller scans. A file
// from the last run is searched before its checksum is known, for reading it takes longer than mapping it: damage could then
// end the process, so a mark lies beside it until the sum is right, and who finds that mark checks first.

import { constants } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../../base/clock.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Disk } from "../../store/file/file.ts";
import type { SavedBase } from "./saved.ts";
import { startThread, type Thread } from "./thread.ts";
import type { Rows, Sum } from "./usearch.ts";
import type { ThreadData } from "./usearch-thread.ts";

export interface BaseFile extends SavedBase {
  readonly path: string;
}

export interface BaseOptions {
  readonly directory: string;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly module: string;
  /** The file cannot be used, and is not any more. */
  readonly damaged: () => void;
}

export class Base {
  /** Times a thread was started because one had died. */
  restarts = 0;
  readonly #options: BaseOptions;
  #thread: Thread | null = null;
  #file: BaseFile | null = null;
  #opening: Promise<boolean> | null = null;
  #retryAtMs = 0;

  constructor(options: BaseOptions) {
    this.#options = options;
  }

  get file(): BaseFile | null {
    return this.#file;
  }

  /** Searches `file` from now on, if `take`, called at that moment, says yes. False: it does not, or the file cannot be
   * mapped. */
  async use(file: BaseFile, take: () => boolean): Promise<boolean> {
    if (!(await this.#view(file, null)) || !take()) return false;
    this.#file = file;
    return true;
  }

  /** The same with a file of the last run. False: it is damaged, or there is nobody to map it. */
  async reuse(file: BaseFile): Promise<boolean> {
    const suspect = this.#mark();
    if (!(await this.#view(file, suspect ? file.sum : null))) return false;
    this.#file = file;
    if (suspect) this.#proven();
    else void this.#prove(file);
    return true;
  }

  /** Slots that are likely the nearest, best first; null = nobody has the file mapped now. */
  async search(query: Rows, wanted: number): Promise<Uint32Array | null> {
    const [thread, file] = [this.#thread, this.#file];
    if (thread === null || file === null) return null;
    if (thread.over) {
      this.#restart(file);
      return null;
    }
    const result = await thread.ask({ kind: "search", query, wanted }, LIMITS.vectorSearchDeadlineMs);
    return result.ok ? (result.slots ?? null) : null;
  }

  drop(): void {
    this.#file = null;
  }

  async close(): Promise<void> {
    this.#file = null;
    await this.#thread?.close();
  }

  async #view(file: BaseFile, sum: Sum | null): Promise<boolean> {
    if (this.#thread === null || this.#thread.over) this.#thread = startThread(this.#data());
    const { path, shape } = file;
    const result = await this.#thread.ask({ kind: "view", path, shape, sum }, LIMITS.vectorStepDeadlineMs);
    return result.ok;
  }

  /** Not at once again when the last attempt was just now: what it died of may still be there. */
  #restart(file: BaseFile): void {
    const nowMs = this.#options.clock.monotonicMs();
    if (this.#opening !== null || nowMs < this.#retryAtMs) return;
    this.#retryAtMs = nowMs + LIMITS.vectorRestartMs;
    this.restarts++;
    this.#opening = this.#view(file, file.sum);
    void this.#opening.then((viewed) => {
      this.#opening = null;
      if (viewed) this.#proven();
      else if (this.#thread?.over === false && this.#file === file) this.#damaged();
    });
  }

  async #prove(file: BaseFile): Promise<void> {
    const { path, sum } = file;
    const result = await this.#thread!.ask({ kind: "prove", path, sum }, LIMITS.vectorStepDeadlineMs);
    if (this.#file !== file) return;
    if (result.ok) this.#proven();
    else if (!("why" in result)) this.#damaged();
  }

  #damaged(): void {
    this.drop();
    this.#proven();
    this.#options.damaged();
  }

  /** Nothing that is searched is in doubt any more. */
  #proven(): void {
    try {
      this.#options.disk.unlink(join(this.#options.directory, UNPROVEN));
    } catch {
      // Gone already; or it stays, and the next run checks first.
    }
  }

  /** True: it was there already. */
  #mark(): boolean {
    const { disk, directory } = this.#options;
    try {
      disk.close(
        disk.open(join(directory, UNPROVEN), constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY),
      );
      return false;
    } catch {
      // There, or it cannot be made: both times the file is checked first.
      return true;
    }
  }

  #data(): ThreadData {
    return { module: this.#options.module, nice: 0 };
  }
}

const UNPROVEN = "unproven";
