// The face of history: what happened, and what the machine was. Everything here is made anew from the audit log, which is
// fed in through the port Past; nothing is written and nothing is read from the machine.
//
//   entries -> generations -> facts -> beliefs (the machine at @N) -> document, difference, way back
//                        `-> list, blame, search

export type { Past } from "../ports.ts";
export { blame, type Blamed } from "./blame.ts";
export { isThere, observedOf, stateAt, type Beliefs } from "./beliefs.ts";
export { differenceOf, shown, type Differing } from "./difference.ts";
export { generations, type Generation } from "./generation.ts";
export { briefOf, listGenerations, type Brief, type Listed } from "./listing.ts";
export {
  checkGeneration,
  findGeneration,
  generationOf,
  standingAt,
  timeOf,
  type Standing,
} from "./moment.ts";
export { searchPast, type Found } from "./search.ts";
export { wayTo } from "./way-back.ts";
