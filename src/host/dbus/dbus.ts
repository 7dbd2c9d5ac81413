// The face of the bus core: what other rooms, and programs through `op-dbus/dbus`, may use.

export * from "./value.ts";
export * from "./call.ts";
export * from "./interface.ts";
export { type Type, isSignature, isSingleType, parseSignature, parseSingleType } from "./signature.ts";
export {
  isBusName,
  isErrorName,
  isInterfaceName,
  isMemberName,
  isObjectPath,
  isUniqueName,
  isWellKnownName,
} from "./names.ts";
export { encodeBody } from "./encode.ts";
export { decodeBody } from "./decode.ts";
export { BodyError } from "./reader.ts";
export {
  type Message,
  type MessageFields,
  type MessageHeader,
  type MessageType,
  encodeMessage,
} from "./message.ts";
export { FramingError } from "./header.ts";
export { type Accept, Framer } from "./framer.ts";
export { type Introspection, readIntrospection } from "./introspect.ts";
export { interfaceDigest, writeIntrospection } from "./introspect-write.ts";
export { connect, Connection } from "./connection.ts";
export type { ConnectionCounters, ConnectOptions, NameFlags, NameResult } from "./connection.ts";
export { busMeter, type BusMeter } from "./meter.ts";
export { parseAddresses, sessionBusAddress, systemBusAddress, type Address } from "./address.ts";
export { readGuard, type Probe, type ReadGuardOptions } from "./read-guard.ts";
export type { ExportedObject, ExportOptions } from "./exports.ts";
export type { Caller, Handler, Implementation, PropertyHandler } from "./implementation.ts";
export { describeInterface, signatureOf, type InterfaceLiteral } from "./interface-literal.ts";
export { proxy, type CallOptions, type Proxy } from "./proxy.ts";
export type { ResultOf, ValueOf, ValuesOf } from "./signature-types.ts";
export {
  startEmbeddedBus,
  type EmbeddedBusHandle,
  type EmbeddedBusOptions,
  type RoutedMessage,
} from "./embedded.ts";
