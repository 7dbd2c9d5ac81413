// The graph of a namespace as Maps and arrays, in memory only: what the contract of src/memory/ports.ts means, without a disk and
// without cleverness. Tests of what follows a graph run on it, tests of the graph compare with it. A snapshot is a whole
// copy. What is strengthened, accessed, forgotten or dissociated and is not there stays absent: the change counts, nothing else.

import { OpError } from "../../src/base/error.ts";
import { LIMITS } from "../../src/base/limits.ts";
import type {
  Applied,
  AssociationType,
  Change,
  Concept,
  ConceptId,
  NewAssociation,
  NewConcept,
  Slot,
} from "../../src/memory/model.ts";
import { ASSOCIATION_TYPES } from "../../src/memory/model.ts";
import type { Edge, Graph, GraphReader, Snapshot } from "../../src/memory/ports.ts";

interface PlainEdge {
  readonly source: Slot;
  readonly target: Slot;
  readonly type: AssociationType;
  readonly confidence: number;
  readonly weight: number;
  readonly createdUs: number;
}
interface State {
  seq: number;
  readonly slots: Map<string, Slot>;
  readonly concepts: (Concept | null)[];
  /** Row 0 is nobody's. */
  readonly edges: (PlainEdge | null)[];
}

/** `nowUs` gives the time of each change; without it a count of them. */
export function newPlainGraph(nowUs?: () => number): Graph {
  const state: State = { seq: 0, slots: new Map(), concepts: [], edges: [null] };
  const free: Slot[] = [];
  const waiting: { readonly applied: Applied; readonly frees: readonly Slot[] }[] = [];
  const reader = readerOf(() => state);

  const nextSeq = (): number => ++state.seq;
  const tell = (kind: Applied["kind"], slot: Slot, frees: readonly Slot[] = []): void => {
    waiting.push({ applied: { seq: state.seq, kind, slot }, frees });
  };
  const now = (): number => nowUs?.() ?? state.seq;

  const learn = (concept: NewConcept, createdUs = now()): void => {
    const known = reader.slotOf(concept.id);
    const slot = known >= 0 ? known : (free.pop() ?? state.concepts.length);
    const before = known >= 0 ? state.concepts[known] : undefined;
    state.concepts[slot] = {
      ...copied(concept),
      createdUs: before?.createdUs ?? createdUs,
      lastAccessedUs: before?.lastAccessedUs ?? createdUs,
      accessCount: before?.accessCount ?? 0,
    };
    state.slots.set(hex(concept.id), slot);
    tell("put", slot);
  };
  const associate = (association: NewAssociation, madeUs = now()): void => {
    const source = reader.slotOf(association.source);
    const target = reader.slotOf(association.target);
    const known = edgeOf(state, source, target, association.type);
    const { type, confidence, weight } = association;
    const createdUs = state.edges[known]?.createdUs ?? madeUs;
    state.edges[known > 0 ? known : state.edges.length] = {
      source,
      target,
      type,
      confidence,
      weight,
      createdUs,
    };
  };
  const forget = (id: ConceptId): void => {
    const slot = reader.slotOf(id);
    if (slot < 0) return;
    state.slots.delete(hex(id));
    state.concepts[slot] = null;
    for (const [edge, held] of state.edges.entries())
      if (held?.source === slot || held?.target === slot) state.edges[edge] = null;
    tell("remove", slot, [slot]);
  };
  const changeOf = (id: ConceptId, change: (concept: Concept) => Partial<Concept>): void => {
    const slot = reader.slotOf(id);
    const concept = state.concepts[slot];
    if (concept) state.concepts[slot] = { ...concept, ...change(concept) };
  };
  const make = (change: Change): void => {
    nextSeq();
    if (change.kind === "learn") learn(change.concept, change.createdUs);
    else if (change.kind === "associate") associate(change.association, change.createdUs);
    else if (change.kind === "forget") forget(change.id);
    else if (change.kind === "strengthen")
      changeOf(change.id, () => ({ strength: change.strength, confidence: change.confidence }));
    else if (change.kind === "access")
      changeOf(change.id, (concept) => ({
        accessCount: concept.accessCount + change.count,
        lastAccessedUs: change.accessedUs ?? now(),
      }));
    else if (change.kind === "dissociate") {
      const edge = edgeOf(state, reader.slotOf(change.source), reader.slotOf(change.target), change.type);
      if (edge > 0) state.edges[edge] = null;
    } else {
      const held = [...state.slots.values()];
      state.slots.clear();
      state.concepts.fill(null);
      state.edges.fill(null);
      tell("clear", -1, held);
    }
  };
  const apply = (changes: readonly Change[]): number => {
    if (waiting.length + changes.length > LIMITS.memoryPendingMax)
      throw new OpError("OPD4003", "too many changes wait for the indexes");
    // What comes and goes within these changes, over what is there.
    const ends: Ends = { came: new Map(), has: (id) => ends.came.get(id) ?? state.slots.has(id) };
    for (const change of changes) check(change, ends);
    for (const change of changes) make(change);
    return state.seq;
  };

  return both(
    {
      learn: (concept: NewConcept) => apply([{ kind: "learn", concept }]),
      associate: (association: NewAssociation) => apply([{ kind: "associate", association }]),
      apply,
      durable: async () => undefined,
      room: async () => {
        if (waiting.length >= LIMITS.memoryPendingMax)
          throw new OpError("OPD4003", "too many changes wait for the indexes");
      },
      snapshot: () => snapshotOf(state),
      take: (max: number) => {
        const taken = waiting.splice(0, max);
        // A slot that was removed is nobody's from now on.
        for (const { frees } of taken) free.push(...frees);
        return taken.map(({ applied }) => applied);
      },
      get pending() {
        return waiting.length;
      },
      checkpoint: async () => undefined,
      close: async () => undefined,
    },
    reader,
  );
}

function snapshotOf(state: State): Snapshot {
  let held: State | null = {
    seq: state.seq,
    slots: new Map(state.slots),
    concepts: [...state.concepts],
    edges: [...state.edges],
  };
  const reader = readerOf(() => {
    if (held === null) throw new OpError("OPD4005", "this snapshot was released");
    return held;
  });
  return both(
    {
      release: () => {
        held = null;
      },
    },
    reader,
  );
}

function readerOf(state: () => State): GraphReader {
  const at = (slot: Slot): Concept | undefined => state().concepts[slot] ?? undefined;
  const edge = (row: Edge): PlainEdge => state().edges[row]!;
  const before = (row: Edge, end: "source" | "target", slot: Slot): Edge => {
    const { edges } = state();
    for (let next = row - 1; next > 0; next--) if (edges[next]?.[end] === slot) return next;
    return 0;
  };
  return {
    get seq() {
      return state().seq;
    },
    get size() {
      return state().slots.size;
    },
    get slotEnd() {
      return state().concepts.length;
    },
    get associations() {
      return state().edges.filter((held) => held !== null).length;
    },
    slotOf: (id) => state().slots.get(hex(id)) ?? -1,
    has: (slot) => at(slot) !== undefined,
    idOf: (slot) => at(slot)!.id.slice(),
    concept: (slot) => {
      const held = at(slot);
      return held === undefined ? null : { ...held, ...copied(held) };
    },
    contentView: (slot) => at(slot)?.content ?? null,
    vectorView: (slot) => at(slot)?.vector ?? null,
    attributes: (slot) => new Map(at(slot)?.attributes),
    semantic: (slot) => structuredClone(at(slot)?.semantic ?? null),
    strength: (slot) => at(slot)!.strength,
    confidence: (slot) => at(slot)!.confidence,
    createdUs: (slot) => at(slot)!.createdUs,
    lastAccessedUs: (slot) => at(slot)!.lastAccessedUs,
    accessCount: (slot) => at(slot)!.accessCount,
    firstOut: (slot) => before(state().edges.length, "source", slot),
    nextOut: (row) => before(row, "source", edge(row).source),
    firstIn: (slot) => before(state().edges.length, "target", slot),
    nextIn: (row) => before(row, "target", edge(row).target),
    source: (row) => edge(row).source,
    target: (row) => edge(row).target,
    type: (row) => edge(row).type,
    edgeConfidence: (row) => edge(row).confidence,
    edgeWeight: (row) => edge(row).weight,
    edgeCreatedUs: (row) => edge(row).createdUs,
  };
}

/** One object with the members of both; what is computed on reading stays so. */
function both<Own extends object, Reader extends object>(own: Own, reader: Reader): Own & Reader {
  return Object.defineProperties(own, Object.getOwnPropertyDescriptors(reader)) as Own & Reader;
}

function edgeOf(state: State, source: Slot, target: Slot, type: AssociationType): Edge {
  const row = state.edges.findIndex(
    (held) => held?.source === source && held.target === target && held.type === type,
  );
  return Math.max(row, 0);
}

/** Which concepts are there when the turn of a change comes. */
interface Ends {
  readonly came: Map<string, boolean>;
  has(id: string): boolean;
}

function check(change: Change, ends: Ends): void {
  if (change.kind === "learn") {
    const { id, content, vector, strength, confidence } = change.concept;
    within("id", id.length, 16, 16);
    within("content", content.length, 0, LIMITS.memoryContentBytesMax);
    if (vector !== null) {
      within("vector", vector.length, 1, LIMITS.memoryDimensionsMax);
      if (!vector.every(Number.isFinite)) throw new OpError("OPD4001", "vector: not finite");
    }
    within("strength", strength, 0, 10);
    within("confidence", confidence, 0, 1);
    ends.came.set(hex(id), true);
  } else if (change.kind === "associate") {
    const { source, target, type, confidence, weight } = change.association;
    if (!ends.has(hex(source)) || !ends.has(hex(target)))
      throw new OpError("OPD4002", "an end of the association is absent");
    if (!Object.values(ASSOCIATION_TYPES).includes(type)) throw new OpError("OPD4001", `type: ${type}`);
    within("confidence", confidence, 0, 1);
    within("weight", weight, 0, 10);
  } else if (change.kind === "strengthen") {
    within("strength", change.strength, 0, 10);
    within("confidence", change.confidence, 0, 1);
  } else if (change.kind === "forget") ends.came.set(hex(change.id), false);
  else if (change.kind === "clear") {
    ends.came.clear();
    ends.has = (id) => ends.came.get(id) ?? false;
  }
}

function within(field: string, value: number, min: number, max: number): void {
  if (!(value >= min && value <= max)) throw new OpError("OPD4001", `${field}: ${value}`);
}

function copied(concept: NewConcept): NewConcept {
  return {
    id: concept.id.slice(),
    content: concept.content.slice(),
    vector: concept.vector?.slice() ?? null,
    strength: concept.strength,
    confidence: concept.confidence,
    attributes: new Map(concept.attributes),
    semantic: structuredClone(concept.semantic),
  };
}

function hex(id: ConceptId): string {
  return Buffer.from(id.buffer, id.byteOffset, id.length).toString("hex");
}
