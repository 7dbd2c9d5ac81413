// A small service of ours on a test bus, with what discovery and plugins have to cope with: several objects below an
// ObjectManager, a property that cannot be read, one of another type than declared, a secret, a file descriptor, every
// integer width, a setter.

import { connect, describeInterface, DBusError, Variant, type Connection } from "../../src/host/dbus/dbus.ts";

export const CLOCK = "org.example.Clock1";
export const CLOCK_PATH = "/org/example/Clock1";

const clock = describeInterface({
  name: CLOCK,
  methods: {
    SetZone: {
      in: [
        ["zone", "s"],
        ["interactive", "b"],
      ],
    },
    Tick: {},
  },
  signals: { Ticked: [["count", "u"]] },
  properties: {
    Zone: { type: "s", access: "read" },
    Big: { type: "t", access: "read" },
    Ratio: { type: "d", access: "read" },
    Extra: { type: "a{sv}", access: "read" },
    Raw: { type: "ay", access: "read" },
    Any: { type: "v", access: "read" },
    AdminPassword: { type: "s", access: "read" },
    Volume: { type: "u", access: "readwrite" },
  },
});
const broken = describeInterface({
  name: `${CLOCK}.Broken`,
  properties: { Zone: { type: "s", access: "read" }, Never: { type: "s", access: "read" } },
});
const alarm = describeInterface({
  name: `${CLOCK}.Alarm`,
  properties: { Name: { type: "s", access: "read" }, Minute: { type: "y", access: "read" } },
});

export interface ClockService {
  readonly connection: Connection;
  readonly state: { zone: string; volume: number };
  addAlarm(name: string): { close(): void };
}

export async function clockService(address: string): Promise<ClockService> {
  const connection = await connect({ address });
  const state = { zone: "Europe/Berlin", volume: 3 };
  let count = 0;
  connection.export("/", [], { objectManager: true });
  connection.export(CLOCK_PATH, [
    {
      info: clock,
      methods: { SetZone: ([zone]) => void (state.zone = String(zone)), Tick: () => undefined },
      properties: {
        Zone: { get: () => state.zone },
        Big: { get: () => 2n ** 63n },
        Ratio: { get: () => Number.NaN },
        Extra: { get: () => ({ list: new Variant("au", [1, 2]), text: new Variant("s", "x") }) },
        Raw: { get: () => new Uint8Array([0, 255]) },
        Any: { get: () => new Variant("q", 7) },
        AdminPassword: { get: () => "hunter2" },
        Volume: { get: () => state.volume, set: (value) => void (state.volume = Number(value)) },
      },
    },
    {
      info: broken,
      properties: {
        Zone: { get: () => "another" },
        Never: {
          get: () => {
            throw new DBusError("OPD3001", "org.example.Error.Never", "not today");
          },
        },
      },
    },
  ]);
  const addAlarm = (name: string) =>
    connection.export(`${CLOCK_PATH}/alarm/${++count}`, [
      { info: alarm, properties: { Name: { get: () => name }, Minute: { get: () => count } } },
    ]);
  addAlarm("wake");
  addAlarm("tea");
  await connection.requestName(CLOCK);
  return { connection, state, addAlarm };
}
