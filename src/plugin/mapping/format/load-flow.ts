// `[flow.NAME]` and `[errors]`: how a call that answers later ends, and what error names mean.

import type { Located } from "../../../base/text/text.ts";
import { isInterfaceName, isMemberName } from "../../../host/dbus/dbus.ts";
import type { Meaning } from "../../plugin.ts";
import { literalsOf } from "./load-form.ts";
import { stepOf, type Calls } from "./load-step.ts";
import type { ErrorRule, Flow, Literal, Step, Template } from "../model.ts";
import {
  argumentNumber,
  childrenOf,
  deadlineAt,
  openTable,
  requireKeys,
  textAt,
  wordOf,
  type Keys,
} from "./read-keys.ts";
import { templateOf } from "./reference.ts";

const MEANINGS = [
  "done",
  "absent",
  "exists",
  "denied",
  "busy",
  "invalid",
  "unsupported",
  "unavailable",
] as const satisfies readonly Meaning[];

const FLOW_KEYS = [
  "open",
  "interface",
  "once",
  "first",
  "rows",
  "end",
  "fail",
  "errors",
  "progress",
  "cancel",
  "deadline",
];

/** All flows by name. `calls` are those of the service: a flow's own steps are not in a flow. */
export function flowsOf(keys: Keys, serviceInterface: string, calls: Calls): ReadonlyMap<string, Flow> {
  const flows = new Map<string, Flow>();
  for (const [name, located] of childrenOf(keys, "flow")) {
    const flow = openTable(located, `[flow.${name}]`, FLOW_KEYS, keys.list);
    if (flow === null) continue;
    requireKeys(flow, "end");
    const step = (key: string): Step | null => {
      const entry = flow.entries.get(key);
      return entry === undefined ? null : stepOf(entry, `"${key}" in ${flow.what}`, calls);
    };
    const open = step("open");
    const first = step("first");
    if (first !== null && open === null) keys.list.add(first.at, `${flow.what} has "first" without "open"`);
    flows.set(name, {
      name,
      open,
      interface: textAt(flow, "interface", isInterfaceName, "an interface name") ?? serviceInterface,
      once: step("once"),
      first,
      rows: rowsOf(flow),
      end: endOf(flow, calls),
      fail: failOf(flow),
      errors: codesOf(flow),
      progress: textAt(flow, "progress", isMemberName, "a property name"),
      cancel: cancelOf(flow),
      deadlineMs: deadlineAt(flow) ?? calls.deadlineMs,
      at: located.keyAt ?? located.at,
    });
  }
  return flows;
}

function rowsOf(flow: Keys): ReadonlyMap<string, readonly string[]> {
  const rows = new Map<string, readonly string[]>();
  const entry = flow.entries.get("rows");
  const table = entry === undefined ? null : openTable(entry, `"rows" in ${flow.what}`, null, flow.list);
  for (const [signal, located] of table?.entries ?? []) {
    if (!isMemberName(signal)) flow.list.add(located.keyAt ?? located.at, `"${signal}" is no signal name`);
    const columns = literalsOf(located, `the columns of "${signal}"`, flow.list);
    rows.set(
      signal,
      columns.map((column) => String(column.value)),
    );
  }
  return rows;
}

function endOf(flow: Keys, calls: Calls): Flow["end"] {
  const entry = flow.entries.get("end");
  const end =
    entry === undefined
      ? null
      : openTable(entry, `"end" in ${flow.what}`, ["signal", "match", "ok"], flow.list);
  if (end === null) return { signal: "", match: new Map(), ok: new Map(), at: flow.at };
  requireKeys(end, "signal");
  const match = new Map<number, Template>();
  for (const [argument, located] of argumentsOf(end, "match")) {
    match.set(argument, templateOf(located, calls.names, flow.list));
  }
  const ok = new Map<number, readonly Literal[]>();
  for (const [argument, located] of argumentsOf(end, "ok")) {
    ok.set(argument, literalsOf(located, `argument ${argument} of "ok" in ${end.what}`, flow.list));
  }
  return { signal: textAt(end, "signal", isMemberName, "a signal name") ?? "", match, ok, at: end.at };
}

function argumentsOf(keys: Keys, key: string): readonly (readonly [number, Located])[] {
  const entry = keys.entries.get(key);
  const table = entry === undefined ? null : openTable(entry, `"${key}" in ${keys.what}`, null, keys.list);
  return [...(table?.entries ?? [])].flatMap(([text, located]) => {
    const number = argumentNumber(
      text,
      located.keyAt ?? located.at,
      `"${text}" of "${key}" in ${keys.what}`,
      keys.list,
    );
    return number === null ? [] : [[number, located] as const];
  });
}

function failOf(flow: Keys): Flow["fail"] {
  const entry = flow.entries.get("fail");
  const fail =
    entry === undefined
      ? null
      : openTable(entry, `"fail" in ${flow.what}`, ["signal", "code", "text"], flow.list);
  if (fail === null) return null;
  requireKeys(fail, "signal");
  const argument = (key: string): number | null => {
    const located = fail.entries.get(key);
    return located === undefined
      ? null
      : argumentNumber(String(located.value), located.at, `"${key}" in ${fail.what}`, flow.list);
  };
  const signal = textAt(fail, "signal", isMemberName, "a signal name") ?? "";
  return { signal, code: argument("code"), text: argument("text"), at: fail.at };
}

function codesOf(flow: Keys): ReadonlyMap<string, Meaning> {
  const codes = new Map<string, Meaning>();
  const entry = flow.entries.get("errors");
  const table = entry === undefined ? null : openTable(entry, `"errors" in ${flow.what}`, null, flow.list);
  if (entry !== undefined && !flow.entries.has("fail"))
    flow.list.add(entry.keyAt ?? entry.at, `${flow.what} has "errors" without "fail"`);
  for (const [code, located] of table?.entries ?? []) {
    const meaning = wordOf(located, `the meaning of "${code}"`, MEANINGS, flow.list);
    if (meaning !== null) codes.set(code, meaning);
  }
  return codes;
}

function cancelOf(flow: Keys): Flow["cancel"] {
  const entry = flow.entries.get("cancel");
  const cancel =
    entry === undefined ? null : openTable(entry, `"cancel" in ${flow.what}`, ["call", "if"], flow.list);
  if (cancel === null) return null;
  requireKeys(cancel, "call");
  return {
    call: textAt(cancel, "call", isMemberName, "a method name") ?? "",
    if: textAt(cancel, "if", isMemberName, "a property name"),
    at: cancel.at,
  };
}

/** `[errors]`, longest key first: `"NAME"`, `"NAME*"`, `"NAME text"`. */
export function errorsOf(keys: Keys): readonly ErrorRule[] {
  const rules: { readonly length: number; readonly rule: ErrorRule }[] = [];
  const entry = keys.entries.get("errors");
  const table = entry === undefined ? null : openTable(entry, "[errors]", null, keys.list);
  for (const [key, located] of table?.entries ?? []) {
    const at = located.keyAt ?? located.at;
    const space = key.indexOf(" ");
    const prefix = space < 0 && key.endsWith("*");
    const name = space >= 0 ? key.slice(0, space) : prefix ? key.slice(0, -1) : key;
    // services are careless with error names (`error.unknown_config`), so the form is checked loosely
    if (!/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(name)) {
      keys.list.add(at, `"${key}" in [errors] is no error name`, 'written as "NAME", "NAME*" or "NAME text"');
      continue;
    }
    const meaning = wordOf(located, `the meaning of "${key}"`, MEANINGS, keys.list);
    if (meaning === null) continue;
    const text = space < 0 ? null : key.slice(space + 1);
    rules.push({ length: key.length, rule: { name, prefix, text, meaning, at } });
  }
  return rules.toSorted((a, b) => b.length - a.length).map(({ rule }) => rule);
}
