// Foreign text made safe to show: what a terminal would obey or hide is written out. Everything that came from a bus, a
// file or another program passes here on its way to a person; JSON output does not need it.

/** Controls, formats (bidirectional ones, zero widths, tags), lone surrogates, line separators, blank fillers. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
const SHORT: ReadonlyMap<string, string> = new Map([
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

/** JSON whose strings hold no character that a terminal would obey or hide: such a character is written as its escape,
 * which every reader of JSON takes for the character itself. */
export function visibleJson(json: string): string {
  return json.replace(HIDDEN, (character) =>
    character === "\n"
      ? character
      : Array.from({ length: character.length }, (_, at) => escapeOf(character.charCodeAt(at))).join(""),
  );
}

/** The same for a basic string of TOML, which has no pairs of surrogates. */
export function visibleToml(text: string): string {
  return text.replace(HIDDEN, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code > 0xffff ? `\\U${code.toString(16).padStart(8, "0")}` : escapeOf(code);
  });
}

function escapeOf(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, "0")}`;
}

/** `text` on one line, each character that does not show itself as `\u{1b}` (line ends and tabs as `\n` `\r` `\t`). */
export function visible(text: string): string {
  return text.replace(
    HIDDEN,
    (character) => SHORT.get(character) ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
