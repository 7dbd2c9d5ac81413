// The fan effect (Anderson 1974): the more a concept is associated with, the longer a retrieval through it takes, and the less of
// its activation reaches each of them. The fan is the number of associations that lead from it, at least 1.

const RETRIEVAL_MS = 1150;
const EACH_MS = 70;
/** A fan beyond this is told as interference. */
export const FAN_HIGH = 3;
const MAGNITUDE = 10;

/** How long a person would take, in milliseconds: an estimate that is shown, nobody waits. */
export function retrievalMs(fan: number): number {
  return RETRIEVAL_MS + EACH_MS * (fan - 1);
}

/** What of an activation reaches one of them. */
export function divided(activation: number, fan: number): number {
  return activation / fan;
}

export function fanMagnitude(fan: number): number {
  return fan / MAGNITUDE;
}
