// The dynamics of recall by name: each can be switched off alone, and with none on a search is the plain engine's.

export const DYNAMICS = Object.freeze([
  "semantic",
  "associative",
  "repetition",
  "proactive",
  "retroactive",
  "fan",
  "reconsolidation",
  "spacing",
] as const);
export type Dynamic = (typeof DYNAMICS)[number];
