// The demonstration service of the embedded stage: a room with a greeting and lamps. It is written with the same public
// face a program would use (`op-dbus/dbus`), and every change is told by signals.

import { connect, describeInterface, type Connection, type ExportedObject } from "../src/host/dbus/dbus.ts";

const PATH = "/org/opdbus/Demo1";
const ROOM = "org.opdbus.Demo1";
const LAMP = "org.opdbus.Demo1.Lamp";

const room = describeInterface({
  name: ROOM,
  methods: {
    SetGreeting: { in: [["greeting", "s"]] },
    ListLamps: { out: [["lamps", "a(so)"]] },
    AddLamp: { in: [["name", "s"]], out: [["lamp", "o"]] },
    RemoveLamp: { in: [["name", "s"]] },
  },
  signals: { LampsChanged: [] },
  properties: { Greeting: { type: "s", access: "read" } },
});
const lamp = describeInterface({
  name: LAMP,
  methods: {
    Switch: { in: [["on", "b"]] },
    SetColour: { in: [["colour", "y"]] },
    SetBrightness: { in: [["percent", "y"]] },
  },
  properties: {
    On: { type: "b", access: "read" },
    Colour: { type: "y", access: "read" },
    Brightness: { type: "y", access: "read" },
  },
});

interface Lamp {
  on: boolean;
  colour: number;
  brightness: number;
  readonly object: ExportedObject;
}

export interface DemoService {
  /** All state as text, read from the service's own memory. */
  state(): string;
  close(): Promise<void>;
}

/** Puts the service on the bus at `address`. */
export async function startDemoService(address: string): Promise<DemoService> {
  const bus = await connect({ address });
  const lamps = new Map<string, Lamp>();
  let greeting = "";
  const root = bus.export(PATH, [
    {
      info: room,
      methods: {
        SetGreeting: async ([text]) => {
          greeting = String(text);
          await root.changed(ROOM, "Greeting");
        },
        ListLamps: () => [[...lamps].map(([name, { object }]) => [name, object.path])],
        AddLamp: ([name]) => {
          const { object } = add(bus, lamps, String(name));
          root.emit(ROOM, "LampsChanged");
          return [object.path];
        },
        RemoveLamp: ([name]) => {
          lamps.get(String(name))?.object.close();
          lamps.delete(String(name));
          root.emit(ROOM, "LampsChanged");
        },
      },
      properties: { Greeting: { get: () => greeting } },
    },
  ]);
  add(bus, lamps, "door");
  await bus.requestName(ROOM);
  return {
    state: () =>
      JSON.stringify([
        greeting,
        [...lamps].map(([name, { on, colour, brightness }]) => [name, on, colour, brightness]),
      ]),
    close: () => bus.close(),
  };
}

function add(bus: Connection, lamps: Map<string, Lamp>, name: string): Lamp {
  const there = lamps.get(name);
  if (there !== undefined) return there;
  const path = `${PATH}/lamps/${Buffer.from(name).toString("hex")}`;
  const object = bus.export(path, [
    {
      info: lamp,
      methods: {
        Switch: async ([on]) => change("On", () => void (made.on = on === true)),
        SetColour: async ([colour]) => change("Colour", () => void (made.colour = Number(colour))),
        SetBrightness: async ([percent]) =>
          change("Brightness", () => void (made.brightness = Number(percent))),
      },
      properties: {
        On: { get: () => made.on },
        Colour: { get: () => made.colour },
        Brightness: { get: () => made.brightness },
      },
    },
  ]);
  const made: Lamp = { on: false, colour: 0, brightness: 50, object };
  async function change(property: string, write: () => void): Promise<void> {
    write();
    await object.changed(LAMP, property);
  }
  lamps.set(name, made);
  return made;
}
