// The name of everything a document can say: `plugin:resource/key.field`, `plugin:field`. The same grammar stands in
// flags, plans, errors and history, so an address that was printed can be typed back. Pure.
//
//   address = name [ ":" ( field | resource [ "/" name ] [ "." field ] ) ]      field = name { "." name }
//   name    = 1*( A-Z a-z 0-9 _ @ - )  |  JSON text in double quotes
//
// In a pattern `*` stands for any characters of one name (a star that is meant is \u002a in quotes) and a name `**` for
// any number of names. `plugin:name` alone is read as a field; as a pattern it also means the resource of that name.

import { OpError } from "../base/error.ts";
import { visible } from "../base/visible.ts";

export interface Address {
  readonly plugin: string;
  readonly resource: string | null;
  readonly key: string | null;
  /** A dotted path for fields inside a record. */
  readonly field: string | null;
}

const PLAIN = /^[A-Za-z0-9_@-]+$/;
/** Visible ASCII that stands for itself in quotes: all but quote, star and backslash. */
const QUOTABLE = /^[ !#-)+-[\]-~]+$/;
const NAME = /[A-Za-z0-9_@-]+|"(?:[^"\\]|\\.)*"/y;
const GLOB = /[A-Za-z0-9_@*-]+|"(?:[^"\\]|\\.)*"/y;
const HINT = 'plugin:field or plugin:resource/key.field, with keys such as "nginx.service" in double quotes';

/** The address as text; each part that needs it in quotes. */
export function formatAddress({ plugin, resource, key, field }: Address): string {
  const names = field === null ? "" : field.split(".").map(formatName).join(".");
  if (resource === null) return formatName(plugin) + (field === null ? "" : `:${names}`);
  const owner = `${formatName(plugin)}:${formatName(resource)}${key === null ? "" : `/${formatName(key)}`}`;
  return field === null ? owner : `${owner}.${names}`;
}

/** One name as it stands in an address. */
export function formatName(name: string): string {
  if (PLAIN.test(name)) return name;
  return QUOTABLE.test(name) ? `"${name}"` : JSON.stringify(name).replaceAll("*", "\\u002a");
}

/** Reads an address. Throws OPD2010. */
export function parseAddress(text: string): Address {
  const parts = split(text, NAME).map(({ mark, name }) => ({ mark, name: unquote(name, text) }));
  const marks = parts.map(({ mark }) => mark).join("");
  const [plugin = "", second = "", third = ""] = parts.map(({ name }) => name);
  const rest = parts.map(({ name }) => name);
  if (/^:\/\.*$/.test(marks))
    return { plugin, resource: second, key: third, field: rest.length > 3 ? rest.slice(3).join(".") : null };
  if (/^(?::\.*)?$/.test(marks))
    return { plugin, resource: null, key: null, field: rest.length > 1 ? rest.slice(1).join(".") : null };
  throw wrong(text, "its parts are in the wrong order");
}

interface Part {
  /** What stands before the name: "" for the first; ":." for a plugin's own field, which behind `**` is any field. */
  readonly mark: string;
  readonly name: string;
}

function split(text: string, pattern: RegExp): Part[] {
  const parts: Part[] = [];
  for (let at = 0; ;) {
    const mark = at === 0 ? "" : (text[at] ?? "");
    if (at !== 0 && !":/.".includes(mark)) throw wrong(text, `"${mark}" is not allowed outside of quotes`);
    at += mark.length;
    pattern.lastIndex = at;
    const name = pattern.exec(text)?.[0];
    if (name === undefined)
      throw wrong(
        text,
        at >= text.length ? "a name is missing at its end" : `"${text.slice(at, at + 1)}" begins no name`,
      );
    parts.push({ mark, name });
    at += name.length;
    if (at === text.length) return parts;
  }
}

function unquote(name: string, text: string): string {
  if (!name.startsWith('"')) return name;
  try {
    return JSON.parse(name) as string;
  } catch (error) {
    throw new OpError("OPD2010", `${visible(name)} in ${visible(text)} is no JSON text`, {
      hint: HINT,
      cause: error,
    });
  }
}

function wrong(text: string, why: string): OpError {
  return new OpError("OPD2010", `${JSON.stringify(visible(text))} is no address: ${visible(why)}`, {
    hint: HINT,
  });
}

/** One name of a pattern: its literal pieces around the stars. null = `**`. */
type Glob = { readonly mark: string; readonly pieces: readonly string[] } | null;
export interface Pattern {
  readonly text: string;
  readonly globs: readonly Glob[];
}

/** Reads a pattern. Every address is a pattern that matches itself and what lies below it. Throws OPD2010. */
export function parsePattern(text: string): Pattern {
  const globs = split(text, GLOB).map(({ mark, name }): Glob => {
    if (name === "**") return null;
    const pieces = name.startsWith('"') ? quotedPieces(name, text) : name.split("*");
    if (name.includes("**")) throw wrong(text, "** stands alone between : / and .");
    return { mark, pieces };
  });
  const marks = globs.map((glob) => glob?.mark ?? "*").join("");
  if (!marks.includes("*") && !/^(?::(?:\/\.*|\.*))?$/.test(marks))
    throw wrong(text, "its parts are in the wrong order");
  return Object.freeze({ text, globs: Object.freeze(globs) });
}

function quotedPieces(name: string, text: string): string[] {
  return name
    .slice(1, -1)
    .split("*")
    .map((piece) => unquote(`"${piece}"`, text));
}

/** Does the pattern name this address, or something that it lies in (an item for its fields, a plugin for all)? */
export function matches(pattern: Pattern, address: Address): boolean {
  const parts = partsOf(address);
  const { globs } = pattern;
  // Greedy with one way back, to the latest `**`: linear in practice, parts x globs at worst. What is left of the
  // address when the pattern is at its end lies below what it names.
  let back: { glob: number; part: number } | null = null;
  let glob = 0;
  let part = 0;
  while (glob < globs.length) {
    const wanted = globs[glob];
    const found = parts[part];
    if (wanted === null) back = { glob: ++glob, part };
    else if (wanted !== undefined && found !== undefined && fits(wanted, found, back?.glob === glob)) {
      glob++;
      part++;
    } else if (back !== null && back.part < parts.length) {
      back = { glob: back.glob, part: back.part + 1 };
      ({ glob, part } = back);
    } else return false;
  }
  return true;
}

function partsOf({ plugin, resource, key, field }: Address): Part[] {
  const parts: Part[] = [{ mark: "", name: plugin }];
  if (resource !== null) parts.push({ mark: ":", name: resource });
  if (key !== null) parts.push({ mark: "/", name: key });
  if (field !== null)
    for (const name of field.split(".")) parts.push({ mark: parts.length === 1 ? ":." : ".", name });
  return parts;
}

/** `free`: the glob stands behind `**`. */
function fits(glob: NonNullable<Glob>, { mark, name }: Part, free: boolean): boolean {
  if (free ? !mark.includes(glob.mark) : mark.slice(0, 1) !== glob.mark) return false;
  const [first = "", ...others] = glob.pieces;
  const last = others.pop();
  if (last === undefined) return name === first;
  if (name.length < first.length + last.length || !name.startsWith(first) || !name.endsWith(last))
    return false;
  let at = first.length;
  const end = name.length - last.length;
  for (const piece of others) {
    at = name.indexOf(piece, at);
    if (at === -1 || at + piece.length > end) return false;
    at += piece.length;
  }
  return true;
}
