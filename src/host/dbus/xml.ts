// A strict, small XML 1.0 reader for text that a stranger sent: elements and attributes, nothing else. No DTD subset,
// no entities but the five of XML itself, and a cap on everything, so the work is linear in a bounded text. Text
// between elements is checked and forgotten; comments and processing instructions are skipped.

import { OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";

export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
}

const NAME = "[A-Za-z_:\\u0080-\\u{10ffff}][A-Za-z0-9_:.\\u0080-\\u{10ffff}-]*";
const SPACE = "[ \\t\\r\\n]";
const OPEN = new RegExp(`<(${NAME})`, "uy");
const ATTRIBUTE = new RegExp(`${SPACE}+(${NAME})${SPACE}*=${SPACE}*(?:"([^"<]*)"|'([^'<]*)')`, "uy");
const OPEN_END = new RegExp(`${SPACE}*(/?)>`, "uy");
const CLOSE = new RegExp(`</(${NAME})${SPACE}*>`, "uy");
const LITERAL = `(?:"[^"]*"|'[^']*')`;
const DOCTYPE = new RegExp(
  `<!DOCTYPE${SPACE}+${NAME}(?:${SPACE}+(?:SYSTEM|PUBLIC${SPACE}+${LITERAL})${SPACE}+${LITERAL})?${SPACE}*>`,
  "uy",
);
const DECLARATION = new RegExp(`<\\?xml${SPACE}[^?<>]*\\?>`, "uy");
const FORBIDDEN = /[\0-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;
const BLANK = /^[ \t\r\n]*$/;
const REFERENCE = /&(?:#([0-9]{1,7})|#x([0-9a-fA-F]{1,6})|(amp|lt|gt|quot|apos));/g;
/** An & that begins no reference of XML: an entity of the document's own, or nothing at all. */
const STRAY = /&(?!#[0-9]{1,7};|#x[0-9a-fA-F]{1,6};|(?:amp|lt|gt|quot|apos);)/;
const PREDEFINED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/**
 * The root element of a document. Throws OPD3013 with the line and what is wrong there. Source: XML 1.0, fifth edition.
 */
export function parseXml(text: string): XmlElement {
  if (text.length > LIMITS.xmlSizeMax) throw unreadable(`longer than ${LIMITS.xmlSizeMax} characters`);
  if (FORBIDDEN.test(text) || !text.isWellFormed()) throw unreadable("it has characters that XML forbids");
  return new Parser(text).document();
}

interface Building {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: Building[];
}

class Parser {
  readonly #text: string;
  #pos: number;
  #root: Building | null = null;
  readonly #open: Building[] = [];
  #elements = 0;

  constructor(text: string) {
    this.#text = text;
    this.#pos = text.startsWith("\u{feff}") ? 1 : 0;
  }

  document(): XmlElement {
    this.#match(DECLARATION);
    let doctypes = 0;
    for (;;) {
      this.#skipText();
      if (this.#pos === this.#text.length) break;
      if (this.#skip("<!--", "-->") || this.#skip("<?", "?>")) continue;
      if (this.#open.length > 0 && this.#skip("<![CDATA[", "]]>")) continue;
      if (this.#text.startsWith("<!", this.#pos)) {
        if (this.#root !== null || doctypes > 0) throw this.#fault("a declaration in the wrong place");
        if (this.#match(DOCTYPE) === null) throw this.#fault("a document type with declarations of its own");
        doctypes += 1;
      } else if (this.#text.startsWith("</", this.#pos)) {
        this.#closeElement();
      } else {
        this.#openElement();
      }
    }
    if (this.#root === null) throw this.#fault("no element");
    const open = this.#open.at(-1);
    if (open !== undefined) throw this.#fault(`<${open.name}> is not closed`);
    return this.#root;
  }

  #openElement(): void {
    const name = this.#match(OPEN)?.[1];
    if (name === undefined) throw this.#fault("a < that begins nothing");
    this.#elements += 1;
    if (this.#elements > LIMITS.xmlElementsMax) throw this.#fault("too many elements");
    const attributes = this.#attributes();
    const end = this.#match(OPEN_END);
    if (end === null) throw this.#fault(`broken attributes of <${name}>`);
    const element: Building = { name, attributes, children: [] };
    const parent = this.#open.at(-1);
    if (parent === undefined && this.#root !== null) throw this.#fault("a second root element");
    if (parent === undefined) this.#root = element;
    else parent.children.push(element);
    if (end[1] === "/") return;
    this.#open.push(element);
    if (this.#open.length > LIMITS.xmlDepthMax)
      throw this.#fault(`elements nest deeper than ${LIMITS.xmlDepthMax}`);
  }

  #attributes(): Map<string, string> {
    const attributes = new Map<string, string>();
    for (let match = this.#match(ATTRIBUTE); match !== null; match = this.#match(ATTRIBUTE)) {
      const name = match[1] ?? "";
      const raw = match[2] ?? match[3] ?? "";
      if (attributes.has(name)) throw this.#fault(`the attribute ${name} is there twice`);
      if (raw.length > LIMITS.xmlAttributeSizeMax) throw this.#fault(`the attribute ${name} is too long`);
      if (attributes.size >= LIMITS.xmlAttributesMax) throw this.#fault("too many attributes");
      attributes.set(name, this.#resolve(raw.replace(/[\t\r\n]/g, " ")));
    }
    return attributes;
  }

  #closeElement(): void {
    const name = this.#match(CLOSE)?.[1];
    const open = this.#open.pop();
    if (name === undefined) throw this.#fault("a broken end tag");
    if (open?.name !== name) throw this.#fault(`</${name}> closes nothing`);
  }

  /** Moves to the next `<` or the end. Outside the root only blanks may stand; references must be sound anywhere. */
  #skipText(): void {
    const next = this.#text.indexOf("<", this.#pos);
    const end = next < 0 ? this.#text.length : next;
    if (end > this.#pos) {
      const text = this.#text.slice(this.#pos, end);
      if (this.#open.length === 0 && !BLANK.test(text)) throw this.#fault("text outside of the root element");
      if (text.includes("]]>")) throw this.#fault("]]> in text");
      if (STRAY.test(text)) throw this.#fault(STRAY_ENTITY);
    }
    this.#pos = end;
  }

  #skip(begin: string, end: string): boolean {
    if (!this.#text.startsWith(begin, this.#pos)) return false;
    const at = this.#text.indexOf(end, this.#pos + begin.length);
    if (at < 0) throw this.#fault(`${begin} is not closed`);
    this.#pos = at + end.length;
    return true;
  }

  /** Replaces the references of XML. */
  #resolve(raw: string): string {
    if (!raw.includes("&")) return raw;
    if (STRAY.test(raw)) throw this.#fault(STRAY_ENTITY);
    return raw.replace(REFERENCE, (_, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined) return PREDEFINED[name] ?? "";
      const code = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal);
      const character = code <= 0x10_ffff ? String.fromCodePoint(code) : "\0";
      if (FORBIDDEN.test(character) || !character.isWellFormed())
        throw this.#fault("a reference that XML forbids");
      return character;
    });
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#pos;
    const match = pattern.exec(this.#text);
    if (match !== null) this.#pos = pattern.lastIndex;
    return match;
  }

  #fault(reason: string): OpError {
    const line = this.#text.slice(0, this.#pos).split("\n").length;
    return unreadable(`line ${line}: ${reason.slice(0, 200)}`);
  }
}

const STRAY_ENTITY = "an entity that XML does not define";

function unreadable(reason: string): OpError {
  return new OpError("OPD3013", `cannot read introspection data: ${reason}`);
}
