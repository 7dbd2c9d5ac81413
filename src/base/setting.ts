// What a setting can be: how its value is read from a flag, a variable (both texts) or a configuration file (typed),
// and how it is shown. Pure.

export type Given = string | number | bigint | boolean | readonly string[];
export type Read<T> = { readonly value: T } | { readonly fault: string };

export interface Form<T> {
  /** `relative`: a path may be relative to the working directory (only in flags). */
  read(given: Given, relative: boolean): Read<T>;
  /** As TOML writes it. */
  show(value: T): string;
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
