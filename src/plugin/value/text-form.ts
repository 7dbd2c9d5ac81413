// Text with named parts: "{port}/{protocol}". A mapping uses it to show a struct as one string, a list of "KEY=value"
// strings as a table, and to split columns. Cutting is leftmost first; the last part takes the rest. Pure.

/** Literals and parts in turn: `before[i]` stands in front of `parts[i]`, `after` at the end. */
export interface TextShape {
  readonly parts: readonly string[];
  readonly before: readonly string[];
  readonly after: string;
}

/** Part -> text, in the order of the parts; null when the text has another shape. */
export function splitText(shape: TextShape, text: string): ReadonlyMap<string, string> | null {
  const found = new Map<string, string>();
  if (!text.startsWith(shape.before[0] ?? "")) return null;
  let start = (shape.before[0] ?? "").length;
  for (const [at, part] of shape.parts.entries()) {
    const isLast = at === shape.parts.length - 1;
    const next = isLast ? shape.after : (shape.before[at + 1] ?? "");
    const end = isLast ? text.length - next.length : text.indexOf(next, start);
    if (end < start || !text.startsWith(next, end)) return null;
    found.set(part, text.slice(start, end));
    start = end + next.length;
  }
  return found;
}

/** The text of these parts in their order; null when cutting it would give others back. */
export function joinText(shape: TextShape, values: readonly string[]): string | null {
  if (values.length !== shape.parts.length) return null;
  const text = values.map((value, at) => (shape.before[at] ?? "") + value).join("") + shape.after;
  const again = splitText(shape, text);
  return again !== null && shape.parts.every((part, at) => again.get(part) === values[at]) ? text : null;
}

/** The shape as a person writes it: "{port}/{protocol}". */
export function describeText(shape: TextShape): string {
  return shape.parts.map((part, at) => `${shape.before[at] ?? ""}{${part}}`).join("") + shape.after;
}
