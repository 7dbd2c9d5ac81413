// What is asked of systemd directly: the state of a unit, and a transient unit for a process that must outlive its
// parent. Thin: what to start and what a state means is the caller's. (org.freedesktop.systemd1(5))

export { isSystemdHere } from "./here.ts";
export { activeState, unitPath } from "./unit.ts";
export { startTransient, stopUnit } from "./transient.ts";
