// Wire values as document values and back, by signature. One table for the whole product:
//
//   b s o g -> boolean, string      y n q i u -> number       x t -> number, bigint beyond 2^53 (text is read too)
//   d -> number, {"$d": "nan" | "inf" | "-inf"}               ay -> {"$ay": "base64"} or text where a form is given
//   a. (..) -> list                 a{s.} a{o.} a{g.} -> table      a{other.} -> list of [key, value], sorted
//   v -> strings, booleans and lists of strings plain, everything else {"$SIGNATURE": value}; plain too where the
//        caller says that the type is given (`typeAt`, `plain`)
//
// To the wire, a variant takes its type from, in this order: {"$u": 5}; `typeAt`; the value now there; the plain rule.
// Anything else is a fault: the type of a number or of an empty list is never guessed. toDocument is total; toWire
// checks every range and says where a value is wrong. File descriptors cannot be said in documents.

export { toDocument, type ToDocument } from "./to-document.ts";
export { toWire, type ToWire, type WireResult } from "./to-wire.ts";
export type { TypeAt } from "./type-hints.ts";
