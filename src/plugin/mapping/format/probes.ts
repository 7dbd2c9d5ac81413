// Which calls a mapping makes only to read: what the read-only connection has to let through, and which of them nobody
// would take for a read by their name, so that a mapping from elsewhere needs a yes for them.

import type { DocValue, Probe } from "../../plugin.ts";
import { constantOf, sourcesOf, stepsOf } from "./check-static.ts";
import type { Flow, Mapping, Step, Template } from "../model.ts";

/** A name that begins with one of these words promises a read. */
const READS =
  /^(?:[Gg]et|[Ll]ist|[Ff]ind|[Rr]esolve|[Ss]earch|[Ee]numerate|[Qq]uery|[Dd]escribe|[Ll]oad)(?![a-z])/;

/** Does the name of a method promise a read? `GetAll`, `list_units`; not `Getaway`, not `Listen`. */
export function readsByName(member: string): boolean {
  return READS.test(member);
}

/** All calls that reading and planning make: sources, the parts of flows, and rehearsals with the arguments that make
 * them one. Properties, objects and introspection are reads anyway. */
export function probesOf(mapping: Mapping): readonly Probe[] {
  const probes: Probe[] = [];
  for (const { fetch, place, flow } of sourcesOf(mapping)) {
    if (fetch.kind !== "call") continue;
    probes.push(...callProbes(mapping, place, flow, fetch.call, new Map()));
  }
  for (const step of stepsOf(mapping)) {
    if (step.simulate === null) continue;
    probes.push(...callProbes(mapping, step.place, step.flow, step.call, literals(step.simulate)));
  }
  for (const flow of mapping.flows.values()) probes.push(...flowProbes(mapping, flow));
  return unique(probes);
}

/** Those of `probesOf` that have to be approved once per digest when the mapping is not a shipped or signed one. */
export function needsApproval(mapping: Mapping): readonly Probe[] {
  return probesOf(mapping).filter((probe) => !readsByName(probe.member));
}

function flowProbes(mapping: Mapping, flow: Flow): readonly Probe[] {
  const at = (step: Step | null, opened: boolean): readonly Probe[] =>
    step === null
      ? []
      : callProbes(mapping, step.place, opened ? flow.name : null, step.call, literals(step.args));
  return [...at(flow.open, false), ...at(flow.once, false), ...at(flow.first, true)];
}

/** On the object that a flow opens, its interface; else one probe for each interface of the place. */
function callProbes(
  mapping: Mapping,
  placeName: string,
  flowName: string | null,
  member: string,
  args: ReadonlyMap<number, DocValue>,
): readonly Probe[] {
  const flow = flowName === null ? undefined : mapping.flows.get(flowName);
  const place = mapping.places.get(placeName);
  const interfaces = flow !== undefined && flow.open !== null ? [flow.interface] : (place?.interfaces ?? []);
  return interfaces.map((name) => {
    const probe = { destination: mapping.service, interface: name, member };
    return args.size === 0 ? probe : { ...probe, args };
  });
}

/** Argument number -> the literal there. */
function literals(templates: readonly Template[]): ReadonlyMap<number, DocValue> {
  const known = templates.map((template, at) => [at, constantOf(template)] as const);
  return new Map(known.flatMap(([at, value]) => (value === undefined ? [] : [[at, value] as const])));
}

function unique(probes: readonly Probe[]): readonly Probe[] {
  const seen = new Map<string, Probe>();
  for (const probe of probes) {
    const args = [...(probe.args ?? [])].map(([at, value]) => [
      at,
      typeof value === "bigint" ? String(value) : value,
    ]);
    seen.set(JSON.stringify([probe.interface, probe.member, args]), probe);
  }
  return [...seen.values()];
}
