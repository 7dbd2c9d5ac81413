// Documents on their way into a plan: parsed, their plugins found, bound to the schemas of this machine. All faults at
// once, as one error.

import { OpError, type Fault } from "../base/error.ts";
import { snippetOf } from "../base/text/text.ts";
import type { Plugin, Schema } from "../plugin/plugin.ts";
import {
  bindDocument,
  needsOf,
  parseDocument,
  pluginsIn,
  planError,
  type Document,
  type DocumentSource,
} from "../state/state.ts";
import { programFaults } from "./probes.ts";
import type { Session } from "./session.ts";

export interface Bound {
  readonly document: Document;
  readonly plugins: ReadonlyMap<string, Plugin>;
  readonly schemas: ReadonlyMap<string, Schema>;
}

/** Throws the document's faults (65), or what keeps a service from being reached. */
export async function bindSources(session: Session, sources: readonly DocumentSource[]): Promise<Bound> {
  const { raw, faults } = parseDocument(sources);
  if (raw === null) throw documentError(sources, faults);
  await session.learn(sources.map(({ text }) => text));
  const plugins = await session.pluginsFor(pluginsIn(raw), { starts: true });
  const { schemas, unreachable } = await session.schemas(plugins, needsOf(raw));
  const away = [...unreachable.values()];
  if (faults.length === 0 && away.length > 0) throw planFailed({ sources }, away);
  const bound = bindDocument(raw, schemas, sources, await session.names());
  const all = [...faults, ...bound.faults, ...programFaults(raw.probes)];
  if (bound.document === null || all.length > 0) throw documentError(sources, all);
  return { document: bound.document, plugins, schemas };
}

/** One error for all faults of some files; a single file is named. */
export function documentError(sources: readonly DocumentSource[], faults: readonly Fault[]): OpError {
  const [first] = faults;
  const code = first?.code ?? "OPD2002";
  if (faults.length === 1) return new OpError(code, first!.message, { now: "nothing was sent", faults });
  const names = sources.map(({ file }) => (file === "-" ? "standard input" : file));
  const what = names.length === 1 ? names[0]! : `${names.length} files`;
  return new OpError(code, `${what}: ${faults.length} faults`, { now: "nothing was sent", faults });
}

/** The error of a plan that has faults, each with the line of the document it is about. */
export function planFailed(document: Pick<Document, "sources">, faults: readonly Fault[]): OpError {
  const texts = new Map(document.sources.map(({ file, text }) => [file, text]));
  const withLine = (fault: Fault): Fault => {
    const text = fault.at === undefined || fault.snippet !== undefined ? undefined : texts.get(fault.at.file);
    return text === undefined ? fault : { ...fault, snippet: snippetOf(text, fault.at!) };
  };
  return planError(faults.map(withLine));
}

export function selectionOf(request: {
  readonly target: readonly string[];
  readonly exclude: readonly string[];
}) {
  return { targets: request.target, excludes: request.exclude };
}

/** How many values a document asks for. */
export function countWishes(document: Document): number {
  let sum = 0;
  for (const { self, resources } of document.plugins.values()) {
    sum += self.size;
    for (const { items } of resources.values())
      for (const item of items.values()) sum += Math.max(1, item.fields.size);
  }
  return sum;
}
