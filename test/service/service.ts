// The test service: what the real services cannot be asked to do. Secrets, a native checkpoint, setters that ignore,
// refuse, answer late or not at all, values that are normalised, silence, hostile texts, an interface that changes.
// Written with the public face of the bus core, as any program would.

import {
  connect,
  DBusError,
  type Connection,
  type ExportedObject,
  type Handler,
} from "../../src/host/dbus/dbus.ts";
import { controlInterface, CONTROL, mainInterface, NAME, PATH, SHAPES, type Shape } from "./interfaces.ts";
import {
  FAULTS,
  Faults,
  freshState,
  HOSTILE,
  stateText,
  type Box,
  type Fault,
  type TestState,
} from "./state.ts";

/** Names with several offers, one, or (all others) none. */
const OFFERS: ReadonlyMap<string, readonly string[]> = new Map([
  ["bolt", ["bolt;m6"]],
  ["gear", ["gear;left", "gear;right"]],
]);

export interface TestService {
  readonly state: TestState;
  readonly faults: Faults;
  /** A change by somebody else, with its signal. */
  say(field: TextField, value: string): Promise<void>;
  /** Comes back with another interface. */
  morph(shape: Shape): void;
  close(): Promise<void>;
}
const TEXT_FIELDS = ["title", "note", "quiet", "folded", "token", "password"] as const;
type TextField = (typeof TEXT_FIELDS)[number];

/** Puts the service on the bus at `address`. */
export async function startTestService(address: string): Promise<TestService> {
  const bus = await connect({ address, onListenerError: () => undefined });
  const state = freshState();
  const faults = new Faults();
  let object = exportMain(bus, state, faults, "plain");
  const service: TestService = {
    state,
    faults,
    async say(field, value) {
      state[field] = value;
      const property = propertyOf(field);
      if (property !== null) await object.changed(NAME, property);
    },
    morph(shape) {
      object.close();
      object = exportMain(bus, state, faults, shape);
    },
    async close() {
      faults.close();
      await bus.close();
    },
  };
  bus.export(`${PATH}/control`, [{ info: controlInterface, methods: controls(service) }]);
  await bus.requestName(NAME);
  return service;
}

function propertyOf(field: TextField): string | null {
  return field === "password" ? null : `${field[0]!.toUpperCase()}${field.slice(1)}`;
}

function exportMain(bus: Connection, state: TestState, faults: Faults, shape: Shape): ExportedObject {
  const object: ExportedObject = bus.export(PATH, [
    {
      info: mainInterface(shape),
      methods: {
        SetTitle: text("SetTitle", "Title", (value) => (state.title = value)),
        SetNote: text("SetNote", "Note", (value) => (state.note = value)),
        SetQuiet: text("SetQuiet", "Quiet", (value) => (state.quiet = value)),
        SetFolded: text("SetFolded", "Folded", (value) => (state.folded = value.trim().toLowerCase())),
        SetToken: text("SetToken", "Token", (value) => (state.token = value)),
        SetPassword: text("SetPassword", null, (value) => (state.password = value)),
        SetLevel: async ([value]) => {
          await faults.around("SetLevel", [value], () => void (state.level = Number(value)));
          await object.changed(NAME, "Level");
        },
        ...boxes(state, faults, () => object.emit(NAME, "BoxesChanged")),
        ...parts(state, faults),
      },
      properties: {
        Title: { get: () => state.title },
        Note: { get: () => state.note },
        Level: { get: () => state.level },
        Quiet: { get: () => state.quiet },
        Folded: { get: () => state.folded },
        Token: { get: () => state.token },
        Motto: { get: () => HOSTILE },
        ...(shape === "extra" ? { Extra: { get: () => "new" } } : {}),
      },
    },
  ]);
  return object;

  function text(member: string, property: string | null, write: (value: string) => void): Handler {
    return async ([value]) => {
      await faults.around(member, [value], () => write(String(value)));
      if (property !== null) await object.changed(NAME, property);
    };
  }
}

/** A collection with a checkpoint of its own. */
function boxes(state: TestState, faults: Faults, changed: () => void): Record<string, Handler> {
  const checkpoints = new Map<string, ReadonlyMap<string, Box>>();
  let last = 0;
  async function change(
    member: string,
    args: readonly unknown[],
    work: () => void,
    half = work,
  ): Promise<void> {
    await faults.around(member, args, work, half);
    changed();
  }
  const restore = (handle: string): void => {
    for (const [name, box] of checkpoints.get(handle) ?? []) state.boxes.set(name, { ...box });
  };
  return {
    ListBoxes: () => [[...state.boxes].map(([name, { colour }]) => [name, colour])],
    AddBox: ([name, colour]) =>
      change("AddBox", [name, colour], () => void state.boxes.set(String(name), { colour: String(colour) })),
    RemoveBox: ([name]) => change("RemoveBox", [name], () => void state.boxes.delete(String(name))),
    SetBoxColour: ([name, colour]) =>
      change("SetBoxColour", [name, colour], () => {
        const box = state.boxes.get(String(name));
        if (box === undefined) throw new DBusError("OPD3001", `${NAME}.Error.NoBox`, "no such box");
        box.colour = String(colour);
      }),
    CheckpointCreate: async ([timeoutS]) => {
      const handle = `c${++last}`;
      await faults.around("CheckpointCreate", [timeoutS], () => {
        checkpoints.set(handle, new Map([...state.boxes].map(([name, box]) => [name, { ...box }])));
      });
      return [handle];
    },
    CheckpointCommit: ([handle]) =>
      change("CheckpointCommit", [handle], () => void checkpoints.delete(String(handle))),
    CheckpointRollback: ([handle]) =>
      change(
        "CheckpointRollback",
        [handle],
        () => {
          state.boxes.clear();
          restore(String(handle));
        },
        // What was added since stays, as a real service of this kind does it.
        () => restore(String(handle)),
      ),
  };
}

/** A collection whose items come from offers: none, one, or more than one for a name. */
function parts(state: TestState, faults: Faults): Record<string, Handler> {
  const named = (id: string): [string, string] => [id, id.split(";")[0]!];
  return {
    ListParts: () => [[...state.parts].map(named)],
    FindOffers: ([name]) => [(OFFERS.get(String(name)) ?? []).map(named)],
    Fit: ([id]) => faults.around("Fit", [id], () => void state.parts.add(String(id))),
    Unfit: ([id]) => faults.around("Unfit", [id], () => void state.parts.delete(String(id))),
  };
}

function controls(service: TestService): Record<string, Handler> {
  const { faults, state } = service;
  return {
    Arm: ([member, fault, skip, times]) =>
      faults.arm(String(member), oneOf<Fault>(FAULTS, fault), { skip: Number(skip), times: Number(times) }),
    Disarm: () => faults.disarm(),
    Say: ([field, value]) => service.say(oneOf(TEXT_FIELDS, field), String(value)),
    Morph: ([shape]) => service.morph(oneOf(SHAPES, shape)),
    State: () => [stateText(state)],
    Calls: () => [[...faults.calls]],
  };
}

function oneOf<T extends string>(words: readonly T[], given: unknown): T {
  const found = words.find((word) => word === given);
  if (found === undefined) throw new DBusError("OPD3001", `${CONTROL}.Error.Unknown`, words.join(", "));
  return found;
}
