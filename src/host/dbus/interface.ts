// What introspection says of an object, as plain values (D-Bus specification, "Introspection Data Format").

export interface Argument {
  /** "" where the service gives none. */
  readonly name: string;
  readonly signature: string;
}
export interface MethodInfo {
  readonly name: string;
  readonly in: readonly Argument[];
  readonly out: readonly Argument[];
  readonly annotations: ReadonlyMap<string, string>;
}
export interface SignalInfo {
  readonly name: string;
  readonly args: readonly Argument[];
  readonly annotations: ReadonlyMap<string, string>;
}
export type Access = "read" | "write" | "readwrite";
export interface PropertyInfo {
  readonly name: string;
  readonly signature: string;
  readonly access: Access;
  /** org.freedesktop.DBus.Property.EmitsChangedSignal; "true" where not said. */
  readonly emits: "true" | "invalidates" | "const" | "false";
  readonly annotations: ReadonlyMap<string, string>;
}
export interface InterfaceInfo {
  readonly name: string;
  readonly methods: ReadonlyMap<string, MethodInfo>;
  readonly signals: ReadonlyMap<string, SignalInfo>;
  readonly properties: ReadonlyMap<string, PropertyInfo>;
  readonly annotations: ReadonlyMap<string, string>;
}
/** One node: its interfaces and the names (one path segment each, or more) of its children. */
export interface NodeInfo {
  readonly interfaces: ReadonlyMap<string, InterfaceInfo>;
  readonly children: readonly string[];
}
