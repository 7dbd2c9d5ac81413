// What is known of a machine when a mapping is compared with it: the interfaces of the objects that exist, by spot. A spot
// is an object path that the mapping spells out, a place whose path depends on an item, or the object a flow opens.

import type { Fault, Position } from "../../../base/error.ts";
import { nearest } from "../../../base/nearest.ts";
import type { InterfaceInfo, MethodInfo, PropertyInfo, SignalInfo } from "../../../host/dbus/dbus.ts";
import type { Mapping, Source } from "../model.ts";

export type Interfaces = ReadonlyMap<string, InterfaceInfo>;

/** Spot (see `spotOf`) -> interfaces; null: asked, and there is no such object. Spots that nobody has seen are absent. */
export interface LiveView {
  readonly spots: ReadonlyMap<string, Interfaces | null>;
  /** All action ids polkit knows; null = nobody could be asked. */
  readonly actions: ReadonlySet<string> | null;
}

export interface LiveCheck {
  readonly faults: readonly Fault[];
  /** Spots without an object so far (one sentence each): checked when one appears. */
  readonly unproven: readonly string[];
  /** What this object does not have though others of its kind may (a slice has no socket properties). */
  readonly lacking: readonly string[];
  /** Resource (null: self) -> its faults: it is read-only. Absent = none. */
  readonly perResource: ReadonlyMap<string | null, readonly Fault[]>;
  /** Faults of the checkpoint: it is not used. */
  readonly checkpoint: readonly Fault[];
}

/** Where calls and properties are: a spot with the interfaces that are meant there. */
export interface Target {
  readonly spot: string;
  readonly interfaces: readonly string[];
  /** Objects of several kinds may stand here (an item's object). */
  readonly varied: boolean;
  /** Where the mapping says so. */
  readonly at: Position;
}

/** One comparison under way: the view, and where its findings go. */
export interface Live {
  readonly mapping: Mapping;
  readonly view: LiveView;
  fault(at: Position, message: string, hint?: string): void;
  unproven(spot: string): void;
  lacking(what: string): void;
}

/** The spot of a place: its path, or `[at.NAME]` when the path depends on an item. */
export function targetOf(mapping: Mapping, placeName: string, path?: Source["path"]): Target {
  const place = mapping.places.get(placeName);
  const template = path ?? place?.path;
  const constant = template?.kind === "constant" ? String(template.value) : null;
  const at = place?.at ?? mapping.self.at;
  return {
    spot: constant ?? `[at.${placeName}]`,
    interfaces: place?.interfaces ?? [],
    varied: constant === null,
    at,
  };
}

/** The object a flow opens (`[flow.NAME]`), or the service's own object. */
export function flowTarget(mapping: Mapping, flowName: string): Target {
  const flow = mapping.flows.get(flowName);
  const service = targetOf(mapping, "service");
  if (flow === undefined || flow.open === null) return { ...service, interfaces: [flow?.interface ?? ""] };
  return { spot: `[flow.${flowName}]`, interfaces: [flow.interface], varied: false, at: flow.at };
}

interface Members {
  readonly methods: MethodInfo;
  readonly properties: PropertyInfo;
  readonly signals: SignalInfo;
}
const WORDS = Object.freeze({ methods: "method", properties: "property", signals: "signal" });

/** The member at the target: of several interfaces the first that has it. Null when it is not there (reported, with the
 * nearest live name) or cannot be known yet (noted). */
export function memberOf<K extends keyof Members>(
  live: Live,
  target: Target,
  kind: K,
  name: string,
  at: Position,
): Members[K] | null {
  const interfaces = live.view.spots.get(target.spot);
  if (interfaces === undefined) {
    live.unproven(target.spot);
    return null;
  }
  if (interfaces === null) {
    live.fault(target.at, `${live.mapping.service} has no object ${target.spot}`);
    return null;
  }
  const present = target.interfaces.flatMap((one) => interfaces.get(one) ?? []);
  for (const one of present) {
    const found = one[kind].get(name) as Members[K] | undefined;
    if (found !== undefined) return found;
  }
  const word = WORDS[kind];
  if (target.varied && present.length < target.interfaces.length) {
    live.lacking(`${word} ${name}`);
  } else if (present.length === 0) {
    const wanted = target.interfaces[0] ?? "";
    live.fault(target.at, `${target.spot} has no interface ${wanted}`, near(wanted, interfaces.keys()));
  } else {
    const known = present.flatMap((one) => [...one[kind].keys()]);
    live.fault(at, `${target.interfaces.join(", ")} has no ${word} "${name}"`, near(name, known));
  }
  return null;
}

/** The nearest live name, as a hint. */
export function near(name: string, known: Iterable<string>): string | undefined {
  const found = nearest(name, [...known]);
  return found === null ? undefined : `the service has "${found}"`;
}

/** The same view without reporting: for what is reported where it is declared. */
export function quiet(live: Live): Live {
  return { ...live, fault() {}, unproven() {}, lacking() {} };
}
