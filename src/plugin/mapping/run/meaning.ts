// What an error means, in the nine words every plugin shares: the mapping's own rules first (longest wins), then the
// standard D-Bus names. Text is compared only where a mapping says that one name serves all errors. Pure.

import { DBusError } from "../../../host/dbus/dbus.ts";
import type { Mapping } from "../model.ts";
import type { Meaning, Outcome } from "../../plugin.ts";

const STANDARD: Readonly<Record<string, Meaning>> = Object.freeze({
  "org.freedesktop.DBus.Error.AccessDenied": "denied",
  "org.freedesktop.DBus.Error.AuthFailed": "denied",
  "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired": "denied",
  "org.freedesktop.PolicyKit1.Error.NotAuthorized": "denied",
  "org.freedesktop.DBus.Error.UnknownObject": "absent",
  "org.freedesktop.DBus.Error.FileNotFound": "absent",
  "org.freedesktop.DBus.Error.FileExists": "exists",
  "org.freedesktop.DBus.Error.InvalidArgs": "invalid",
  "org.freedesktop.DBus.Error.InvalidSignature": "invalid",
  "org.freedesktop.DBus.Error.LimitsExceeded": "busy",
  "org.freedesktop.DBus.Error.UnknownMethod": "unsupported",
  "org.freedesktop.DBus.Error.UnknownInterface": "unsupported",
  "org.freedesktop.DBus.Error.UnknownProperty": "unsupported",
  "org.freedesktop.DBus.Error.PropertyReadOnly": "unsupported",
  "org.freedesktop.DBus.Error.NotSupported": "unsupported",
  "org.freedesktop.DBus.Error.ServiceUnknown": "unavailable",
  "org.freedesktop.DBus.Error.NameHasNoOwner": "unavailable",
  "org.freedesktop.DBus.Error.NoServer": "unavailable",
});

/** Error names that say only that no answer came: the call may have been carried out. */
const NO_ANSWER: ReadonlySet<string> = new Set([
  "org.freedesktop.DBus.Error.NoReply",
  "org.freedesktop.DBus.Error.Timeout",
  "org.freedesktop.DBus.Error.TimedOut",
  "org.freedesktop.DBus.Error.Disconnected",
]);

/** True when the call may have had its effect although it rejected. */
export function isUnknownOutcome(error: DBusError): boolean {
  return (
    error.code === "OPD3003" ||
    error.code === "OPD3004" ||
    error.code === "OPD3006" ||
    NO_ANSWER.has(error.dbusName)
  );
}

export function meaningOf(mapping: Mapping, error: DBusError): Meaning {
  for (const rule of mapping.errors) {
    const named = rule.prefix ? error.dbusName.startsWith(rule.name) : error.dbusName === rule.name;
    if (named && (rule.text === null || error.text.startsWith(rule.text))) return rule.meaning;
  }
  if (error.dbusName.startsWith("org.freedesktop.DBus.Error.Spawn.")) return "unavailable";
  return STANDARD[error.dbusName] ?? "failed";
}

/** The outcome of a call that rejected. Anything but a DBusError is our own fault and goes on. */
export function outcomeOf(mapping: Mapping, error: unknown): Outcome {
  if (!(error instanceof DBusError)) throw error;
  if (isUnknownOutcome(error)) return { outcome: "unknown", reason: error.message };
  const meaning = meaningOf(mapping, error);
  if (meaning === "done") return { outcome: "done" };
  return {
    outcome: "failed",
    reason: error.text === "" ? error.dbusName : error.text,
    meaning,
    busName: error.dbusName,
  };
}
