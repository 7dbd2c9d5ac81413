// Texts that one thread adds and any thread reads, in a piece of shared memory: the names of metrics and of events. Only
// ever longer, so a reader needs no lock: the length is stored with Atomics behind the bytes it covers.
//
//   | used u32 | length u32 | UTF-8 ... | length u32 | UTF-8 ... | zeros
//   0          4

export interface Lines {
  /** Number of the new text, counted from 0; null = no room is left, and nothing was changed. */
  add(text: string): number | null;
}

export interface LinesReader {
  /** All texts so far, in the order of their numbers. The same array grows. */
  texts(): readonly string[];
}

/** Where in shared memory: `offset` and `sizeBytes` are multiples of 4. */
export interface LinesPlace {
  readonly buffer: SharedArrayBuffer;
  readonly offset: number;
  readonly sizeBytes: number;
}

/** For the one thread that adds; goes on behind what is there. */
export function openLines(place: LinesPlace): Lines {
  const { used, bytes, view } = views(place);
  let count = linesReader(place).texts().length;
  return Object.freeze({
    add(text: string): number | null {
      const encoded = Buffer.from(text);
      const at = Atomics.load(used, 0);
      const end = at + 4 + encoded.length;
      if (end > bytes.length) return null;
      view.setUint32(at, encoded.length, true);
      bytes.set(encoded, at + 4);
      Atomics.store(used, 0, end);
      return count++;
    },
  });
}

export function linesReader(place: LinesPlace): LinesReader {
  const { used, bytes, view } = views(place);
  const texts: string[] = [];
  let at = 0;
  return Object.freeze({
    texts(): readonly string[] {
      const end = Atomics.load(used, 0);
      while (at < end) {
        const length = view.getUint32(at, true);
        // A copy: decoders take no shared memory.
        texts.push(Buffer.from(bytes.slice(at + 4, at + 4 + length)).toString());
        at += 4 + length;
      }
      return texts;
    },
  });
}

function views({ buffer, offset, sizeBytes }: LinesPlace): {
  used: Int32Array<SharedArrayBuffer>;
  bytes: Uint8Array<SharedArrayBuffer>;
  view: DataView<SharedArrayBuffer>;
} {
  return {
    used: new Int32Array(buffer, offset, 1),
    bytes: new Uint8Array(buffer, offset + 4, sizeBytes - 4),
    view: new DataView(buffer, offset + 4, sizeBytes - 4),
  };
}
