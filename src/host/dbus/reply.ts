// From what came back for a call to what its caller gets: a Reply, or a DBusError whose code says what kind of failure
// it is. Pure. Texts of peers stay foreign data in `text`; nothing of the call's arguments is repeated.

import type { Code } from "../../base/codes.ts";
import { OpError } from "../../base/error.ts";
import { DBusError, type Call, type Reply } from "./call.ts";
import type { Message } from "./message.ts";
import { whereOf } from "./pending.ts";

const DENIED: ReadonlySet<string> = new Set([
  "org.freedesktop.DBus.Error.AccessDenied",
  "org.freedesktop.DBus.Error.AuthFailed",
  "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired",
  "org.freedesktop.PolicyKit1.Error.NotAuthorized",
]);
const ABSENT: ReadonlySet<string> = new Set([
  "org.freedesktop.DBus.Error.ServiceUnknown",
  "org.freedesktop.DBus.Error.NameHasNoOwner",
  "org.freedesktop.DBus.Error.NoServer",
]);

/** The reply of a call. Throws DBusError: OPD3021, OPD3022 or OPD3001 for an error reply, OPD3006 for a reply that
 * cannot be used. */
export function readReply(call: Call, message: Message): Reply {
  if (message.type === 3) throw errorOf(call, message);
  if (message.fdCount > 0) {
    throw unusable(call, "it carries file descriptors, which Node.js cannot receive");
  }
  const { replySignature: wanted } = call;
  if (wanted !== undefined && message.signature !== wanted) {
    throw unusable(call, `it has the signature '${message.signature}', not '${wanted}'`);
  }
  try {
    return { sender: message.sender ?? "", signature: message.signature, body: message.body() };
  } catch (error) {
    throw unusable(call, error instanceof Error ? error.message : "it does not decode", error);
  }
}

/** OPD3006: the call was carried out, but its answer is lost. */
export function unusable(call: Call, reason: string, cause?: unknown): DBusError {
  return new DBusError(
    "OPD3006",
    "org.freedesktop.DBus.Error.InconsistentMessage",
    `the reply to ${call.member} cannot be used: ${reason}`,
    { where: whereOf(call), ...(cause === undefined ? {} : { cause }) },
  );
}

/** OPD3003 for a call that was, or would have been, on a connection that is gone. */
export function disconnected(call: Call, why: OpError | null): DBusError {
  const reason = why === null ? "" : `: ${why.message}`;
  return new DBusError(
    "OPD3003",
    "org.freedesktop.DBus.Error.Disconnected",
    `${call.member} has no answer, the connection to the bus is gone${reason}`,
    { where: whereOf(call), ...(why === null ? {} : { cause: why }) },
  );
}

/** OPD3005: the guard of this connection let nothing out. */
export function guarded(call: Call): DBusError {
  return new DBusError(
    "OPD3005",
    "org.freedesktop.DBus.Error.AccessDenied",
    `${call.interface}.${call.member} is not a read: this connection refused to send it`,
    { where: whereOf(call) },
  );
}

function errorOf(call: Call, message: Message): DBusError {
  const name = message.errorName ?? "org.freedesktop.DBus.Error.Failed";
  const spawn = name.startsWith("org.freedesktop.DBus.Error.Spawn.");
  const code: Code = DENIED.has(name) ? "OPD3021" : spawn || ABSENT.has(name) ? "OPD3022" : "OPD3001";
  return new DBusError(code, name, textOf(message), { where: whereOf(call) });
}

/** The first string of an error's body; an error whose body does not decode has no text. */
function textOf(message: Message): string {
  try {
    const text = message.body()[0];
    return typeof text === "string" ? text : "";
  } catch {
    return "";
  }
}
