// Error codes 3xxx: connections, calls and messages.

import { code, type CodeEntry } from "./entry.ts";

export const BUS_CODES = {
  OPD3001: code(
    "failed",
    "the peer answered with an error",
    "A D-Bus service answered the call with an error reply. Its own error name and text are shown; they come from the service, not from op-dbus.",
  ),
  OPD3002: code(
    "unavailable",
    "cannot connect to the bus",
    "No address of the bus could be connected to. Each address that was tried is listed with its reason. Check that the bus runs (systemctl status dbus) and that the address, if you gave one, is right (--bus, DBUS_SYSTEM_BUS_ADDRESS, DBUS_SESSION_BUS_ADDRESS).",
  ),
  OPD3003: code(
    "unavailable",
    "the connection to the bus was lost",
    "The bus, or this program, ended the connection while a call was under way or before it could be sent. A call that had been sent may have been carried out: look at the machine before you send it again.",
  ),
  OPD3004: code(
    "unknown",
    "no answer before the deadline",
    "The service did not answer in time. It may still carry out the call, so the outcome is unknown: op-dbus reads the state again and never sends the same call twice. A command that ends with this has only read: what becomes of a change is reported step by step. A larger deadline (call_deadline_ms, or `deadline` in the mapping) helps when a service is merely slow.",
    75,
  ),
  OPD3005: code(
    "protected",
    "the read-only connection refused to send",
    "This command runs on a connection that lets only reads through, and the message is not one. Nothing was sent. Only apply, commit, rollback and watch --mode enforce may change the machine.",
  ),
  OPD3006: code(
    "limit",
    "the reply cannot be used",
    "The reply was larger than the cap for this call, carried file descriptors (which Node.js cannot receive), or its body did not decode. The call itself was carried out by the service; only its answer is lost.",
    75,
  ),
  OPD3007: code(
    "cancelled",
    "the call was cancelled",
    "The caller gave up waiting. If the call had been sent, the service may still carry it out: the outcome is unknown until the state is read again.",
  ),
  OPD3008: code(
    "input",
    "not a usable D-Bus address",
    "A D-Bus address has the form transport:key=value,key=value with %-escapes, and several of them may be separated by ';'. Usable transports are unix (path, abstract, runtime), tcp (host, port, family) and, only where the command line or the configuration gives it, unixexec. A socket path may have at most 107 bytes.",
  ),
  OPD3009: code(
    "refused",
    "the bus refused the authentication",
    "The bus did not accept who we are (SASL EXTERNAL: the kernel tells the bus our uid). Common reasons: another user's session bus, or a container whose user namespace the bus does not know.",
  ),
  OPD3010: code(
    "input",
    "not a valid D-Bus value",
    "A value does not fit its D-Bus signature, or a signature, object path or name is not valid. The message says which argument, what was expected and what was given. Nothing was sent. `op-dbus introspect NAME PATH` shows the types that a service expects.",
  ),
  OPD3011: code(
    "unavailable",
    "the byte stream of the bus is broken",
    "What arrived is not a D-Bus message: its header contradicts itself or the specification. There is no way to find the next message after that, so the connection was closed. A real bus checks every message before passing it on; look at what listens at the address.",
  ),
  OPD3012: code(
    "unavailable",
    "a message cannot be decoded",
    "The header of a message was right but its body is not: bytes that do not fit its signature, text that is not UTF-8, a file descriptor that did not come, too many or too deeply nested values. Only this message is lost; the connection goes on. The peer that sent it has a defect, or means harm.",
  ),
  OPD3013: code(
    "unavailable",
    "introspection data cannot be read",
    "The XML in which an object describes itself is not well formed or exceeds the limits for it: no DTD subset and no entities of its own, 16 levels, 4 MiB. op-dbus treats such an object as undescribed. The peer that sent it has a defect, or means harm.",
  ),
  OPD3014: code(
    "unavailable",
    "the authentication dialogue is broken",
    "What arrived while the connection was opened is not the authentication dialogue of D-Bus. Perhaps something else than a bus listens at this address.",
  ),
  OPD3015: code(
    "usage",
    "an object cannot be exported as described",
    "A program that uses op-dbus/dbus described an exported object wrongly: a declared member without a handler, a handler that is not declared, an invalid path, or a path that is already exported.",
  ),
  OPD3016: code(
    "refused",
    "the directory is not private",
    "The embedded bus only listens in a directory that belongs to the caller and that nobody else can enter (mode 0700): Node.js cannot ask a peer who it is, so the directory is the check.",
  ),
  OPD3021: code(
    "refused",
    "access denied on the bus",
    "The service, polkit or the policy of the bus refused the call for this user. The error name and text are the peer's own. Run as root, or let polkit authorise you; plan --check-auth shows beforehand what would be refused.",
  ),
  OPD3022: code(
    "unavailable",
    "the service is not available",
    "Nobody owns the bus name and it could not be started: it is not installed, not activatable, masked, or it failed while it started. systemctl status of its unit says why.",
  ),
  OPD3023: code(
    "limit",
    "too much at once on one connection",
    "More calls are waiting, or more bytes are queued to be written, than one connection may hold. The bus or a service is not reading; nothing of the refused message was sent.",
    75,
  ),
} as const satisfies Record<string, CodeEntry>;
