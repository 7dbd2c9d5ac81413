// What a read-only connection lets through: the reads of the standard interfaces and of the bus itself, and the calls
// declared as probes, with a predicate on their arguments. A name alone is no proof: `Cancel` begins with "can". Pure;
// the connection asks it before each method call leaves, so a fault elsewhere cannot change the machine.

import type { Call, ReadGuard } from "./call.ts";
import type { DBusValue } from "./value.ts";

/** A call that only reads. `args`: position from 0 -> the only value allowed there
 * (scalars and lists of them); arguments not named may be anything. */
export interface Probe {
  readonly destination: string;
  readonly interface: string;
  readonly member: string;
  readonly args?: ReadonlyMap<number, unknown>;
}

export interface ReadGuardOptions {
  /** Let StartServiceByName through, too. */
  readonly allowStart?: boolean;
}

const BUS = "org.freedesktop.DBus";
const BUS_READS =
  /^(Hello|AddMatch|RemoveMatch|NameHasOwner|Get(Id|NameOwner|Connection[A-Za-z]*|AdtAuditSessionData)|List[A-Za-z]*)$/;
const STANDARD: ReadonlySet<string> = new Set([
  `${BUS}.Properties.Get`,
  `${BUS}.Properties.GetAll`,
  `${BUS}.Introspectable.Introspect`,
  `${BUS}.Peer.Ping`,
  `${BUS}.Peer.GetMachineId`,
  `${BUS}.ObjectManager.GetManagedObjects`,
  // Who is behind a name: asked by discovery of every owner.
  "org.freedesktop.systemd1.Manager.GetUnitByPID",
]);
/** CheckAuthorization's flags: bit 0 asks a person. */
const ALLOW_USER_INTERACTION = 1;

export function readGuard(probes: readonly Probe[], options: ReadGuardOptions = {}): ReadGuard {
  return (call) => {
    if (STANDARD.has(`${call.interface}.${call.member}`)) return true;
    if (call.destination === BUS || call.interface.startsWith(`${BUS}.`) || call.interface === BUS) {
      if (call.interface !== BUS) return false;
      return (
        BUS_READS.test(call.member) || (options.allowStart === true && call.member === "StartServiceByName")
      );
    }
    if (call.interface === "org.freedesktop.PolicyKit1.Authority" && call.member === "CheckAuthorization") {
      return isQuietCheck(call.body ?? []);
    }
    return probes.some((probe) => isProbe(probe, call));
  };
}

function isProbe(probe: Probe, call: Call): boolean {
  if (probe.interface !== call.interface || probe.member !== call.member) return false;
  if (probe.destination !== call.destination) return false;
  for (const [index, wanted] of probe.args ?? []) {
    if (!isSame(wanted, call.body?.[index])) return false;
  }
  return true;
}

/** Numbers are compared by value, whether they are bigint or not: 64-bit arguments may be given as either. What
 * cannot be compared is not the same. */
function isSame(wanted: unknown, actual: unknown): boolean {
  if (isNumber(wanted) && isNumber(actual)) return BigInt(wanted) === BigInt(actual);
  if (Array.isArray(wanted) && Array.isArray(actual)) {
    return wanted.length === actual.length && wanted.every((item, at) => isSame(item, actual[at]));
  }
  return wanted !== undefined && wanted === actual;
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === "bigint" || Number.isSafeInteger(value);
}

/** CheckAuthorization(subject, action, details, flags u, cancellation id) that asks nobody. */
function isQuietCheck(body: readonly DBusValue[]): boolean {
  const flags = body[3];
  return typeof flags === "number" && (flags & ALLOW_USER_INTERACTION) === 0;
}
