// Foreign text made safe to show: what a terminal would obey or hide is written out. Everything that came from a bus, a
// file or another program passes here on its way to a person; JSON output does not need it.

/** Controls, formats (bidirectional ones, zero widths, tags), lone surrogates, line separators, blank fillers. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
const SHORT: ReadonlyMap<string, string> = new Map([
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

/** `text` on one line, each character that does not show itself as `\u{1b}` (line ends and tabs as `\n` `\r` `\t`). */
export function visible(text: string): string {
  return text.replace(
    HIDDEN,
    (character) => SHORT.get(character) ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
