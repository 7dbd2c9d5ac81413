// The screen: keys and resizing are told, lines replace each other, and the terminal is as it was afterwards.

import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { test } from "node:test";
import { openScreen, type ScreenStreams } from "./screen.ts";

class FakeInput extends EventEmitter {
  readonly isTTY = true;
  raw = false;
  paused = true;
  setRawMode(raw: boolean): void {
    this.raw = raw;
  }
  resume(): void {
    this.paused = false;
  }
  pause(): void {
    this.paused = true;
  }
}
class FakeOutput extends EventEmitter {
  rows = 3;
  columns = 10;
  text = "";
  write(text: string): boolean {
    this.text += text;
    return true;
  }
}

const NEVER = new AbortController().signal;

test("opens, draws, and leaves nothing behind, however often it is closed", () => {
  const [stdin, stdout] = [new FakeInput(), new FakeOutput()];
  const before = process.listenerCount("exit");
  const screen = openScreen({ stdin, stdout } as unknown as ScreenStreams);
  assert.deepEqual([stdin.raw, stdin.paused, stdout.text], [true, false, "\u001b[?1049h\u001b[?25l"]);
  stdout.text = "";
  screen.draw(["one", "two", "three", "four"]);
  assert.equal(stdout.text, "\u001b[Hone\u001b[K\r\ntwo\u001b[K\r\nthree\u001b[K\u001b[J");
  assert.deepEqual(screen.size(), { rows: 3, columns: 10 });
  stdout.text = "";
  screen.close();
  screen.close();
  assert.deepEqual([stdin.raw, stdin.paused, stdout.text], [false, true, "\u001b[?25h\u001b[?1049l"]);
  assert.deepEqual([stdin.listenerCount("data"), stdout.listenerCount("resize")], [0, 0]);
  assert.equal(process.listenerCount("exit"), before);
});

test("tells keys one by one, resizing, the time, and the wish to stop", async () => {
  const [stdin, stdout] = [new FakeInput(), new FakeOutput()];
  const screen = openScreen({ stdin, stdout } as unknown as ScreenStreams);
  const first = screen.next(3_600_000, NEVER);
  stdin.emit("data", Buffer.from("aq"));
  assert.equal(await first, "a");
  assert.equal(await screen.next(3_600_000, NEVER), "q");
  const resized = screen.next(3_600_000, NEVER);
  stdout.emit("resize");
  assert.equal(await resized, "resize");
  assert.equal(await screen.next(1, NEVER), "");
  const stop = new AbortController();
  const stopped = screen.next(3_600_000, stop.signal);
  stop.abort();
  assert.equal(await stopped, "");
  for (let n = 0; n < 100; n++) stdin.emit("data", Buffer.from("x"));
  let told = 0;
  while ((await screen.next(0, AbortSignal.abort())) !== "") told++;
  assert.equal(told, 16, "what nobody looks at does not pile up");
  screen.close();
});
