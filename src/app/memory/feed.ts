// The memory as a reader of the audit log: every apply that came to an end becomes a concept that says what was changed, when
// and by whom, and each thing it changed one that it is associated with. It follows by its own position, which is a concept
// beside the others and is written with them, so the two cannot part: what was cleared is made again from the beginning, and
// what is read twice gives the same. It may lag; an apply never waits for it. Secrets are digests in the log, and not taken.

import { LIMITS } from "../../base/limits.ts";
import { visible } from "../../base/visible.ts";
import { writeJson, type Plain, type PlainTable } from "../../base/text/text.ts";
import { analyze, idOfContent, type OwnSpace, type SpaceFilter } from "../../memory/memory.ts";
import { ASSOCIATION_TYPES, type Change, type ConceptId, type NewConcept } from "../../memory/model.ts";

export const AUDIT_NAMESPACE = "audit";
/** The applies in it, without the things that they touched. */
export const APPLIES: SpaceFilter = { attributes: new Map([["concept_type", "AuditLog"]]) };

/** What it needs of an audit log that is open. */
export interface Followed {
  readonly size: number;
  refresh(): Promise<void>;
  entries(from: number, to?: number): Iterable<{ readonly index: number; readonly value: PlainTable }>;
}

const POSITION = idOfContent(Buffer.from("position of the memory in the audit log"));
/** Of an apply that is longer only the beginning is said; all of it is in the audit log. */
const ACTIONS_MAX = 200;
const VALUE_CHARS_MAX = 200;

/** Takes LIMITS.memoryFeedEntriesMax entries, and the rest of the apply it is then in; returns how many are left. Throws what the
 * space does. */
export async function feed(space: OwnSpace, audit: Followed): Promise<number> {
  await audit.refresh();
  const from = positionOf(space, audit.size);
  if (from === audit.size) return 0;
  let open: Gathered | null = null;
  let next = from;
  for (const { index, value } of audit.entries(from)) {
    if (value["type"] === "begin") open = { index, begin: value, actions: [], more: 0 };
    else if (open !== null && value["apply"] === open.begin["apply"]) {
      if (value["type"] === "action" && open.actions.length < ACTIONS_MAX) open.actions.push(value);
      else if (value["type"] === "action") open.more++;
      if (value["type"] === "end") {
        await space.apply([...remembered(space, open, value), positioned(index + 1)], "buffered");
        [open, next] = [null, index + 1];
      }
    }
    if (open === null) next = index + 1;
    // An apply whose end is not there yet is read again from its beginning: never half of one.
    if (open === null && next - from >= LIMITS.memoryFeedEntriesMax) break;
  }
  if (next > from) await space.apply([positioned(next)], "buffered");
  return audit.size - next;
}

interface Gathered {
  readonly index: number;
  readonly begin: PlainTable;
  readonly actions: PlainTable[];
  /** Actions beyond those. */
  more: number;
}

/** A log that is shorter than what was read of it is another one: from its beginning. */
function positionOf(space: OwnSpace, size: number): number {
  const said = Number(space.get(POSITION)?.attributes.get("position") ?? 0);
  return Number.isSafeInteger(said) && said >= 0 && said <= size ? said : 0;
}

function positioned(next: number): Change {
  const attributes = new Map([["position", String(next)]]);
  // Without words: it is there for this file alone.
  return { kind: "learn", concept: { ...PLAIN, id: POSITION, content: new Uint8Array(), attributes } };
}

const PLAIN = {
  vector: null,
  strength: 1,
  confidence: 1,
  semantic: null,
  attributes: new Map<string, string>(),
};

function remembered(space: OwnSpace, { index, begin, actions, more }: Gathered, end: PlainTable): Change[] {
  const apply = textOf(begin["apply"]);
  const actor = tableOf(begin["actor"]);
  const who = textOf(actor["user"]);
  const purpose = textOf(begin["purpose"]);
  const files = listOf(begin["documents"]).map((one) => textOf(tableOf(one)["file"]));
  const lines = actions.map(lineOf);
  if (more > 0) lines.push(`and ${more} more`);
  const content = [
    `${purpose} ${apply} by ${who} from ${files.join(", ") || "no document"}: ${textOf(end["end"])}`,
    ...lines,
  ].join("\n");
  const timeUs = Date.parse(textOf(begin["started"])) * 1000;
  const createdUs = Number.isSafeInteger(timeUs) && timeUs >= 0 ? { createdUs: timeUs } : {};
  const id = idOfContent(Buffer.from(`audit ${apply}`));
  const changes: Change[] = [
    {
      kind: "learn",
      concept: conceptOf(id, content, attributesOf(index, apply, purpose, who, end)),
      ...createdUs,
    },
  ];
  const things = new Map<string, ConceptId>();
  const thing = (text: string): ConceptId => {
    const own = idOfContent(Buffer.from(text));
    if (!things.has(text) && space.get(own) === null)
      changes.push({
        kind: "learn",
        concept: conceptOf(own, text, new Map([["audit", "thing"]])),
        ...createdUs,
      });
    things.set(text, own);
    return own;
  };
  const join = (target: ConceptId, type: keyof typeof ASSOCIATION_TYPES): void => {
    const association = { source: id, target, type: ASSOCIATION_TYPES[type], confidence: 1, weight: 1 };
    changes.push({ kind: "associate", association, ...createdUs });
  };
  if (who !== "") join(thing(`user ${who}`), "triggered-by");
  for (const target of new Set(actions.map(({ address }) => textOf(address))))
    join(thing(target), "relates-to");
  return changes;
}

function conceptOf(id: ConceptId, content: string, attributes: ReadonlyMap<string, string>): NewConcept {
  return { ...PLAIN, id, content: Buffer.from(content), attributes, semantic: analyze(content) };
}

/** As the protocol's clients name what an audit log holds. */
function attributesOf(index: number, apply: string, purpose: string, who: string, end: PlainTable) {
  return new Map([
    ["concept_type", "AuditLog"],
    ["audit_action", purpose],
    ["audit_resource_type", "apply"],
    ["audit_resource_id", apply],
    ["audit_success", String(end["end"] === "done")],
    ["audit_user", who],
    ["audit_index", String(index)],
  ]);
}

function lineOf(action: PlainTable): string {
  const before = valueOf(action["before"] ?? null);
  const after = action["secret"] === true ? "a secret" : valueOf(action["after"] ?? null);
  const change = action["secret"] === true ? after : `${before} -> ${after}`;
  return `${textOf(action["address"])} ${textOf(action["verb"])} ${change} ${textOf(action["outcome"])}`;
}

function valueOf(value: Plain): string {
  return visible(writeJson(value, 0)).slice(0, VALUE_CHARS_MAX);
}

/** Of an entry that somebody else wrote nothing may be taken for granted. */
function textOf(value: Plain | undefined): string {
  return typeof value === "string" ? visible(value) : "";
}
function tableOf(value: Plain | undefined): PlainTable {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as PlainTable) : {};
}
function listOf(value: Plain | undefined): readonly Plain[] {
  return Array.isArray(value) ? value : [];
}
