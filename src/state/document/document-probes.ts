// The probes of a document: a list of tables, each one question. Pure; every fault with its place.
//
//   probes = [{ tcp = "127.0.0.1:22", within_s = 5 }, { dns = "localhost" }, { unit = "ssh.service" },
//             { value = "hostname1:StaticHostname", is = "web-1" }, { command = ["/usr/bin/test", "-e", "/x"] }]

import type { Position } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import { nearest } from "../../base/nearest.ts";
import { plainOf, type Located, type LocatedTable } from "../../base/text/text.ts";
import { parseAddress } from "../address.ts";
import { kindName, namesHint, type DocumentFaults } from "./document-faults.ts";
import type { Probe, ProbeKind } from "../probe.ts";

const KINDS = ["value", "unit", "tcp", "dns", "command"] as const;
const KEYS = [...KINDS, "is", "within_s"];
/** RFC 1123 labels, and the underscore that some names have. */
const HOST_NAME = /^(?=.{1,253}$)[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*\.?$/;
/** systemd.unit(5): what a unit name may be made of, and its suffix. */
const UNIT_NAME =
  /^[A-Za-z0-9:_.\\@-]{1,240}\.(?:service|socket|device|mount|automount|swap|target|path|timer|slice|scope)$/;

/** What is understood of the entry `probes` of one file. Faults: OPD2130. */
export function readProbes(entry: Located, faults: DocumentFaults): readonly Probe[] {
  if (!Array.isArray(entry.value)) {
    faults.add("OPD2130", entry.at, `probes is a list of tables, this is ${kindName(entry.value)}`);
    return [];
  }
  const list = entry.value as readonly Located[];
  if (list.length > LIMITS.probesMax) {
    faults.add("OPD2130", entry.at, `${list.length} probes; ${LIMITS.probesMax} is the most`);
    return [];
  }
  return list.flatMap((located) => {
    const probe = readProbe(located, faults);
    return probe === null ? [] : [probe];
  });
}

function readProbe({ value, at }: Located, faults: DocumentFaults): Probe | null {
  if (!(value instanceof Map)) {
    faults.add("OPD2130", at, `a probe is a table, this is ${kindName(value)}`);
    return null;
  }
  const table: LocatedTable = value;
  for (const [name, { keyAt, at: place }] of table) {
    if (KEYS.includes(name)) continue;
    const hint = namesHint(nearest(name, KEYS), KEYS);
    faults.add("OPD2130", keyAt ?? place, `a probe has no ${JSON.stringify(name)}`, { hint });
  }
  const kinds = KINDS.filter((kind) => table.has(kind));
  const [kind] = kinds;
  const withinMs = readWithin(table.get("within_s"), faults);
  if (kind === undefined || kinds.length > 1) {
    const found = kind === undefined ? "this one has none" : `this one has ${kinds.join(" and ")}`;
    faults.add("OPD2130", at, `a probe has exactly one of ${KINDS.join(", ")}; ${found}`);
    return null;
  }
  const is = table.get("is");
  if (kind !== "value" && is !== undefined)
    faults.add("OPD2130", is.keyAt ?? is.at, "`is` belongs to a probe of a value");
  const asked = table.get(kind)!;
  const refuse = (message: string, place: Position = asked.at): null => {
    faults.add("OPD2130", place, message);
    return null;
  };
  const probe = READERS[kind](asked, is, at, refuse);
  return probe === null || withinMs === null ? null : { ...probe, withinMs, about: aboutOf(probe), at };
}

type Refuse = (message: string, place?: Position) => null;
type Reader = (asked: Located, is: Located | undefined, at: Position, refuse: Refuse) => ProbeKind | null;

const READERS: Readonly<Record<(typeof KINDS)[number], Reader>> = {
  value({ value }, is, at, refuse) {
    if (typeof value !== "string") return refuse(`an address is a text, this is ${kindName(value)}`);
    if (is === undefined) return refuse("a probe of a value says what it `is`", at);
    try {
      if (parseAddress(value).field === null) return refuse(`${JSON.stringify(value)} names no field`);
    } catch (error) {
      return refuse(error instanceof Error ? error.message : "it is no address");
    }
    return { kind: "value", address: value, is: plainOf(is) };
  },
  unit({ value }, _is, _at, refuse) {
    if (typeof value !== "string" || !UNIT_NAME.test(value))
      return refuse('a unit is named with its suffix, as in "ssh.service"');
    return { kind: "unit", unit: value };
  },
  tcp({ value }, _is, _at, refuse) {
    const [, bracketed, plain, digits] =
      /^(?:\[([0-9A-Fa-f:.%\w]+)\]|([^:\s]+)):([0-9]{1,5})$/.exec(typeof value === "string" ? value : "") ??
      [];
    const host = bracketed ?? plain;
    const port = Number(digits);
    if (host === undefined || port < 1 || port > 65_535 || (bracketed === undefined && !HOST_NAME.test(host)))
      return refuse('tcp is HOST:PORT, as in "127.0.0.1:22" or "[::1]:22"');
    return { kind: "tcp", host, port };
  },
  dns({ value }, _is, _at, refuse) {
    if (typeof value !== "string" || !HOST_NAME.test(value)) return refuse("dns is the name of a host");
    return { kind: "dns", name: value };
  },
  command({ value }, _is, _at, refuse) {
    const argv = Array.isArray(value) ? (value as readonly Located[]).map((each) => each.value) : [];
    const [program] = argv;
    if (!argv.every((each) => typeof each === "string" && !each.includes("\0")) || program === undefined)
      return refuse("command is a list of texts: an absolute path and its arguments");
    if (!/^\/(?!.*(?:^|\/)\.{1,2}(?:\/|$))/.test(program as string))
      return refuse("the program is an absolute path without . and ..");
    return { kind: "command", argv: argv as string[] };
  },
};

/** Milliseconds; null with a fault. */
function readWithin(given: Located | undefined, faults: DocumentFaults): number | null {
  if (given === undefined) return LIMITS.probeWithinMs;
  const { value, at } = given;
  const ms = typeof value === "number" ? value * 1000 : NaN;
  if (ms > 0 && ms <= LIMITS.probeWithinMsMax) return ms;
  const most = LIMITS.probeWithinMsMax / 1000;
  faults.add("OPD2130", at, `within_s is a number of seconds, more than 0 and at most ${most}`);
  return null;
}

function aboutOf(probe: ProbeKind): string {
  switch (probe.kind) {
    case "value":
      return `value ${probe.address}`;
    case "unit":
      return `unit ${probe.unit}`;
    case "tcp":
      return `tcp ${probe.host.includes(":") ? `[${probe.host}]` : probe.host}:${probe.port}`;
    case "dns":
      return `dns ${probe.name}`;
    case "command":
      return `command ${probe.argv.map((word) => (/^[\w./:=@%+,-]+$/.test(word) ? word : JSON.stringify(word))).join(" ")}`;
  }
}
