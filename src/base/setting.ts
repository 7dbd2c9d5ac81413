// What a setting can be: how its value is read from a flag, a variable (both texts) or a configuration file (typed),
// and how it is shown. Pure.

import { nearest } from "./nearest.ts";

export type Given = string | number | bigint | boolean | readonly string[];
export type Read<T> = { readonly value: T } | { readonly fault: string };

export interface Form<T> {
  /** `relative`: a path may be relative to the working directory (only in flags). */
  read(given: Given, relative: boolean): Read<T>;
  /** As TOML writes it. */
  show(value: T): string;
  /** It may hold a secret: `show` leaves that out, and no message shows the line where it stands. */
  readonly hidden?: boolean;
}

export function text(): Form<string> {
  return {
    read: (given) =>
      typeof given === "string" && given !== ""
        ? { value: given }
        : { fault: "expected a text that is not empty" },
    show: (value) => JSON.stringify(value),
  };
}

export function word<W extends string>(words: readonly W[]): Form<W> {
  return {
    read(given) {
      const value = words.find((one) => one === given);
      return value === undefined ? { fault: `expected ${words.join(", ")}` } : { value };
    },
    show: (value) => JSON.stringify(value),
  };
}

/** One of the words; each has other spellings that are taken for it, `_` stands for `-`. */
export function spelled<W extends string>(words: Readonly<Record<W, readonly string[]>>): Form<W> {
  const entries = Object.entries(words) as [W, readonly string[]][];
  return {
    read(given) {
      const folded = String(given).replaceAll("_", "-");
      const found = entries.find(([name, others]) => name === folded || others.includes(folded));
      if (found !== undefined) return { value: found[0] };
      const near = nearest(
        folded,
        entries.flatMap(([name, others]) => [name, ...others]),
      );
      const hint = near === null ? "" : `; did you mean ${near}?`;
      return { fault: `expected ${entries.map(([name]) => name).join(", ")}${hint}` };
    },
    show: (value) => JSON.stringify(value),
  };
}

/** Numbers with a letter each, "5h 5d"; each letter at most once, an absent one is 0. */
export function amounts<K extends string>(
  letters: Readonly<Record<K, string>>,
  most: number,
): Form<{ readonly [N in K]?: number }> {
  const kinds = Object.entries(letters) as [K, string][];
  return {
    read(given) {
      const value: { [N in K]?: number } = {};
      for (const word of String(given).trim().split(/\s+/)) {
        const [, digits, letter] = /^(\d{1,9})([a-z])$/.exec(word) ?? [];
        const kind = kinds.find(([, own]) => own === letter)?.[0];
        if (kind === undefined || Number(digits) > most || kind in value)
          return {
            fault: `expected numbers up to ${most} with ${kinds.map(([name, own]) => `${own} (${name})`).join(", ")}, as in "5h 5d"`,
          };
        value[kind] = Number(digits);
      }
      return { value: Object.freeze(value) };
    },
    show: (value) =>
      JSON.stringify(
        kinds.flatMap(([kind, letter]) => (kind in value ? [`${value[kind]}${letter}`] : [])).join(" "),
      ),
  };
}

/** true and false; in texts also 1, 0, yes, no, on, off. */
export function flag(): Form<boolean> {
  return {
    read(given) {
      if (typeof given === "boolean") return { value: given };
      if (typeof given === "string" && /^(?:1|true|yes|on)$/i.test(given)) return { value: true };
      if (typeof given === "string" && /^(?:0|false|no|off)$/i.test(given)) return { value: false };
      return { fault: "expected true or false" };
    },
    show: String,
  };
}

/** A whole number of `unit`, between `least` and `most`. */
export function count(unit: string, least: number, most: number): Form<number> {
  return {
    read(given) {
      const value = typeof given === "string" && /^[0-9]{1,15}$/.test(given) ? Number(given) : given;
      const right = typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;
      return right ? { value } : { fault: `expected ${unit}, a whole number from ${least} to ${most}` };
    },
    show: String,
  };
}

export function path(): Form<string> {
  return {
    read(given, relative) {
      if (typeof given !== "string" || given === "" || given.includes("\0"))
        return { fault: "expected a path" };
      if (!relative && !given.startsWith("/")) return { fault: "expected an absolute path" };
      return { value: given };
    },
    show: (value) => JSON.stringify(value),
  };
}

/** A list of paths; in a text parted by colons. */
export function paths(): Form<readonly string[]> {
  const one = path();
  return {
    read(given, relative) {
      const list = typeof given === "string" ? given.split(":").filter((part) => part !== "") : given;
      if (!Array.isArray(list)) return { fault: "expected a list of paths" };
      const values: string[] = [];
      for (const entry of list as readonly string[]) {
        const read = one.read(entry, relative);
        if ("fault" in read) return read;
        values.push(read.value);
      }
      return { value: Object.freeze(values) };
    },
    show: (value) => `[${value.map((entry) => JSON.stringify(entry)).join(", ")}]`,
  };
}

/** One that may be absent: null, written as an empty text. */
export function optional<T>(form: Form<T>): Form<T | null> {
  return {
    ...form,
    read: (given, relative) => (given === "" ? { value: null } : form.read(given, relative)),
    show: (value) => (value === null ? '""' : form.show(value)),
  };
}

/** http or https. Credentials have no place in it: it is shown. */
export function url(): Form<string> {
  return {
    read(given) {
      const parsed = typeof given === "string" && URL.canParse(given) ? new URL(given) : null;
      if (parsed === null || !/^https?:$/.test(parsed.protocol))
        return { fault: "expected a URL that begins with http:// or https://" };
      if (parsed.username !== "" || parsed.password !== "")
        return { fault: "expected a URL without credentials: they belong into a header" };
      return { value: String(given) };
    },
    // For what is wrong with it may be that it holds credentials.
    hidden: true,
    show: (value) => JSON.stringify(value),
  };
}

/** Where a door for programs of this machine listens. */
export type LocalAddress =
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  | { readonly kind: "unix"; readonly path: string };

/** `127.0.0.1:9464`, `[::1]:9464`, `unix:/PATH`. An address that other machines reach is refused, and so is a name, which
 * could lead to one; port 0 = any that is free. */
export function localAddress(): Form<LocalAddress> {
  return {
    read(given) {
      const path = /^unix:(\/[^\0]+)$/.exec(String(given))?.[1];
      if (path !== undefined) return { value: { kind: "unix", path } };
      const [, host, digits] = /^(127(?:\.\d{1,3}){3}|\[::1\]):(\d{1,5})$/.exec(String(given)) ?? [];
      const port = Number(digits);
      if (host === undefined || port > 65_535 || host.split(".").some((part) => Number(part) > 255))
        return {
          fault:
            "expected 127.0.0.1:PORT, [::1]:PORT or unix:/PATH: what is counted is not shown to other machines",
        };
      return { value: { kind: "tcp", host: host === "[::1]" ? "::1" : host, port } };
    },
    show: (value) => JSON.stringify(showAddress(value)),
  };
}

/** As `localAddress` reads it. */
export function showAddress(address: LocalAddress): string {
  if (address.kind === "unix") return `unix:${address.path}`;
  return `${address.host.includes(":") ? `[${address.host}]` : address.host}:${address.port}`;
}

/** Some of the words; in a text parted by commas. */
export function subset<W extends string>(words: readonly W[]): Form<readonly W[]> {
  return {
    read(given) {
      const list = typeof given === "string" ? given.split(",").map((part) => part.trim()) : given;
      const found = Array.isArray(list)
        ? words.filter((one) => (list as readonly string[]).includes(one))
        : [];
      return Array.isArray(list) && found.length === new Set(list as readonly string[]).size
        ? { value: Object.freeze(found) }
        : { fault: `expected a list of ${words.join(", ")}` };
    },
    show: (value) => `[${value.map((entry) => JSON.stringify(entry)).join(", ")}]`,
  };
}

/** `secret:env:NAME`, `secret:file:PATH`, `secret:credential:NAME`: where a value is, in place of the value. */
export function isReference(value: string): boolean {
  return /^secret:(?:env|file|credential):./.test(value);
}

/** `name=value` pairs: a list, or a text parted by commas with percent-encoded values (as OTLP writes headers). Hidden
 * values are shown only where they are references. */
export function pairs(values: "shown" | "hidden"): Form<ReadonlyMap<string, string>> {
  return {
    hidden: values === "hidden",
    read(given) {
      const list = typeof given === "string" ? given.split(",").map(decoded) : given;
      if (!Array.isArray(list)) return { fault: "expected a list of name=value" };
      const read = new Map<string, string>();
      for (const entry of list as readonly (string | null)[]) {
        const [, name, value] = /^\s*([\w.-]+)\s*=([^\p{Cc}]*)$/u.exec(entry ?? "") ?? [];
        if (name === undefined || value === undefined)
          return { fault: "expected name=value in each of them" };
        read.set(name, value.trim());
      }
      return { value: read };
    },
    show(value) {
      const shown = (text: string): string =>
        values === "shown" || isReference(text) ? text : "(not shown)";
      return `[${[...value].map(([name, text]) => JSON.stringify(`${name}=${shown(text)}`)).join(", ")}]`;
    },
  };
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
