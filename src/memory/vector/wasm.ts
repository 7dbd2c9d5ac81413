// A WebAssembly module of one function over an imported memory, as bytes: what the kernel is written in. Each instruction is
// the list of its bytes, a program their concatenation.
//
//   | 00 "asm" | 1 u32 | section* |        section: | id u8 | size LEB | content |
//   0          4       8                   1 types, 2 imports, 3 functions, 7 exports, 10 code
//
// Source: WebAssembly core specification 2.0, chapter 5 (binary format), and its threads proposal (shared memories).

export type Instruction = readonly number[];

/** Value types. */
export const I32 = 0x7f;
export const V128 = 0x7b;

export const get = (local: number): Instruction => [0x20, ...leb(local)];
export const set = (local: number): Instruction => [0x21, ...leb(local)];
/** Repeats `body` as long as the value it leaves on the stack is not 0. */
export const repeat = (...body: readonly Instruction[]): Instruction => [
  0x03,
  0x40,
  ...body.flat(),
  0x0d,
  0,
  0x0b,
];
export const i32 = {
  const: (value: number): Instruction => [0x41, ...signedLeb(value)],
  load: [0x28, 2, 0],
  store: [0x36, 2, 0],
  add: [0x6a],
  mul: [0x6c],
  lessUnsigned: [0x49],
} as const;
export const v128 = {
  zero: [0xfd, 0x0c, ...Array<number>(16).fill(0)],
  load: (offset: number): Instruction => [0xfd, 0x00, 0, ...leb(offset)],
  /** Eight bytes, each made a 16-bit number with its sign. */
  load8x8s: (offset: number): Instruction => [0xfd, 0x01, 0, ...leb(offset)],
  /** Products of 16-bit numbers, neighbours added: four 32-bit numbers. */
  dotI16x8: [0xfd, ...leb(0xba)],
  addI32x4: [0xfd, ...leb(0xae)],
  laneI32x4: (lane: number): Instruction => [0xfd, 0x1b, lane],
} as const;

/**
 * The bytes of a module that imports the shared memory "m" "m" of at most `pagesMax` pages of 64 KiB and exports the
 * function "f" of `params` 32-bit integers without a result. `locals`: types of those after the parameters.
 */
export function wasmModule(
  pagesMax: number,
  params: number,
  locals: readonly number[],
  body: readonly Instruction[],
): Uint8Array<ArrayBuffer> {
  const name = (text: string): number[] => sized([...Buffer.from(text)]);
  const type = [0x60, ...sized(Array<number>(params).fill(I32)), 0];
  const memory = [...name("m"), ...name("m"), 0x02, 0x03, ...leb(1), ...leb(pagesMax)];
  const code = [...counted(locals.map((local) => [1, local])), ...body.flat(), 0x0b];
  const section = (id: number, ...items: readonly number[][]): number[] => [id, ...sized(counted(items))];
  return Uint8Array.from(
    [
      [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(1, type),
      section(2, memory),
      section(3, [0]),
      section(7, [...name("f"), 0x00, 0]),
      section(10, sized(code)),
    ].flat(),
  );
}

function counted(items: readonly (readonly number[])[]): number[] {
  return [...leb(items.length), ...items.flat()];
}

function sized(content: readonly number[]): number[] {
  return [...leb(content.length), ...content];
}

/** LEB128 of a number from 0 to 2^31 - 1. */
function leb(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)];
}

/** Signed LEB128 of a 32-bit number. */
function signedLeb(value: number): number[] {
  const last = value >= -0x40 && value < 0x40;
  return last ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signedLeb(value >> 7)];
}
