// A saved plan is a claim, not an order: only its document and targets are taken from it. The caller plans again with
// what is installed and what is there now, and goes on only if that gives the same bytes; `claimDiffers` names the
// first thing that moved. Nothing is ever called because `via`, `risk` or `undo` in a file says so. Pure.

import type { Fault } from "../../base/error.ts";
import { plainOf, readText, samePlain, writeJson, type Located, type Plain } from "../../base/text/text.ts";
import { baseMoved } from "../inventory/base.ts";
import type { Base, DocumentSource, Plan } from "../model.ts";
import { PLAN_FORMAT, planToJson, planValue } from "./plan-json.ts";
import type { Selection } from "../inventory/selection.ts";

export interface SavedPlan {
  /** The document the plan was made from, to be read again. */
  readonly sources: readonly DocumentSource[];
  readonly selection: Selection;
  /** polkit was asked when it was made, so it has to be asked again. */
  readonly checkAuth: boolean;
  /** The file, byte for byte. */
  readonly text: string;
  /** The file's content: a claim. */
  readonly claim: Plain;
}
export interface SavedPlanResult {
  readonly saved: SavedPlan | null;
  readonly faults: readonly Fault[];
}

/** Reads the text of a plan file. `file` is the name that faults carry. */
export function readSavedPlan(file: string, text: string): SavedPlanResult {
  const { root, faults: unread } = readText(file, text, "json");
  if (root === null || unread.length > 0) return { saved: null, faults: unread };
  const faults: Fault[] = [];
  const version = member(root, "format_version");
  if (version?.value !== PLAN_FORMAT) {
    const found = typeof version?.value === "string" ? `is ${JSON.stringify(version.value)}` : "is missing";
    return { saved: null, faults: [fault(version ?? root, `format_version ${found}, not "${PLAN_FORMAT}"`)] };
  }
  const sources = list(member(member(root, "document"), "sources")).map(source);
  const targets = member(root, "targets");
  const selection = {
    targets: texts(member(targets, "target")),
    excludes: texts(member(targets, "exclude")),
  };
  const checkAuth = list(member(root, "actions")).some((action) => {
    const said = member(action, "authorization")?.value;
    return said !== undefined && said !== "unchecked";
  });
  if (sources.length === 0) faults.push(fault(root, "it carries no document"));
  if (faults.length > 0) return { saved: null, faults };
  return {
    saved: { sources: sources as DocumentSource[], selection, checkAuth, text, claim: plainOf(root) },
    faults,
  };

  function source(located: Located): DocumentSource | null {
    const [name, format, content] = ["file", "format", "text"].map((key) => member(located, key)?.value);
    if (typeof name === "string" && typeof content === "string" && (format === "json" || format === "toml")) {
      return { file: name, format, text: content };
    }
    faults.push(fault(located, "a source has file, format (json or toml) and text"));
    return null;
  }
  function texts(located: Located | undefined): readonly string[] {
    return list(located).flatMap((element) => {
      if (typeof element.value === "string") return [element.value];
      faults.push(fault(element, "an address is a text"));
      return [];
    });
  }
}

function fault(located: Located, message: string): Fault {
  return {
    code: "OPD2140",
    message,
    at: located.at,
    hint: "op-dbus plan FILE --out plan.json makes a new one",
  };
}

function member(located: Located | undefined, key: string): Located | undefined {
  return located?.value instanceof Map ? located.value.get(key) : undefined;
}

function list(located: Located | undefined): readonly Located[] {
  return Array.isArray(located?.value) ? (located.value as readonly Located[]) : [];
}

/** null when the plan made again is the saved one, byte for byte; else one sentence about the first difference. */
export function claimDiffers(saved: SavedPlan, again: Plan): string | null {
  if (saved.text === planToJson(again)) return null;
  return (
    baseMoved(claimedBase(saved.claim), again.base) ??
    firstDifference("", saved.claim, planValue(again)) ??
    "the file was edited: its content is the same, its bytes are not"
  );
}

/** As far as the file says one; what is no text there is shown as a difference. */
function claimedBase(claim: Plain): Base {
  const base = entry(claim, "base");
  const map = (name: string): ReadonlyMap<string, string> =>
    new Map(Object.entries(entry(base, name) ?? {}).map(([key, value]) => [key, String(value)]));
  return {
    digest: String(entry(base, "digest")),
    values: 0,
    reads: map("reads"),
    interfaces: map("interfaces"),
    secrets: map("secrets"),
  };
}

function entry(value: Plain, key: string): Plain {
  if (typeof value !== "object" || value === null || Array.isArray(value) || !Object.hasOwn(value, key))
    return null;
  return (value as { readonly [name: string]: Plain })[key] ?? null;
}

function firstDifference(path: string, was: Plain | undefined, is: Plain | undefined): string | null {
  if (was === undefined || is === undefined)
    return `the file ${was === undefined ? "lacks" : "has"} ${path}, the plan made now ${was === undefined ? "has" : "lacks"} it`;
  if (samePlain(was, is)) return null;
  const [old, now] = [members(was), members(is)];
  if (old === null || now === null || Array.isArray(was) !== Array.isArray(is)) {
    return `${path} is ${short(was)} in the file, and ${short(is)} in the plan made now`;
  }
  for (const key of new Set([...old.keys(), ...now.keys()])) {
    const inner = Array.isArray(was) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`;
    const found = firstDifference(inner, old.get(key), now.get(key));
    if (found !== null) return found;
  }
  return null;
}

function members(value: Plain): ReadonlyMap<string, Plain> | null {
  return typeof value === "object" && value !== null ? new Map(Object.entries(value)) : null;
}

function short(value: Plain): string {
  const text = writeJson(value, 0);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
