// The face of the bus core: what other rooms, and programs through `op-dbus/dbus`, may use.

export * from "./value.ts";
export * from "./call.ts";
export * from "./interface.ts";
