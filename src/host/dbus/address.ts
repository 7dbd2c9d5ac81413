// D-Bus server addresses: text to what a socket needs, and the addresses of the two well-known buses. (D-Bus
// specification, "Server Addresses" and "Well-known Message Bus Instances".) Pure: connecting is transport.ts.
// Unknown keys are tolerated, as the specification asks; a transport we cannot or will not use keeps its reason, so
// that the next address of the list can be tried and the reason can be told.

import { OpError } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";

export type Address = UnixAddress | TcpAddress | ExecAddress | RefusedAddress;

export interface UnixAddress {
  readonly transport: "unix";
  /** A path, or a NUL and an abstract name. At most 107 bytes. */
  readonly path: string;
  readonly guid: string | undefined;
  readonly text: string;
}
export interface TcpAddress {
  readonly transport: "tcp";
  readonly host: string;
  readonly port: number;
  /** 0 = whichever answers. */
  readonly family: 0 | 4 | 6;
  readonly guid: string | undefined;
  readonly text: string;
}
export interface ExecAddress {
  readonly transport: "unixexec";
  readonly path: string;
  readonly argv0: string | undefined;
  readonly args: readonly string[];
  readonly guid: string | undefined;
  readonly text: string;
}
export interface RefusedAddress {
  readonly transport: "refused";
  readonly reason: string;
  readonly text: string;
}

export interface AddressOptions {
  /** Take `unixexec:` (it runs a program): only for addresses a person typed or configured. */
  readonly allowUnixexec?: boolean;
  /** For `unix:runtime=yes`. */
  readonly env?: NodeJS.ProcessEnv;
}

/** The addresses of a list `a;b`, in order. Throws OPD3008 when the text is malformed or holds no address. */
export function parseAddresses(text: string, options: AddressOptions = {}): readonly Address[] {
  const parts = text.split(";").filter((part) => part !== "");
  if (parts.length === 0) throw bad(text, "it is empty");
  if (parts.length > LIMITS.addressesMax)
    throw bad(text, `it has more than ${LIMITS.addressesMax} addresses`);
  return parts.map((part) => parseOne(part, options));
}

/** Address of the system bus: DBUS_SYSTEM_BUS_ADDRESS, else the socket every distribution uses. */
export function systemBusAddress(env: NodeJS.ProcessEnv = process.env): string {
  return given(env["DBUS_SYSTEM_BUS_ADDRESS"]) ?? "unix:path=/run/dbus/system_bus_socket";
}

/** Address of the caller's session bus: DBUS_SESSION_BUS_ADDRESS, XDG_RUNTIME_DIR/bus, /run/user/UID/bus. */
export function sessionBusAddress(env: NodeJS.ProcessEnv = process.env): string {
  return given(env["DBUS_SESSION_BUS_ADDRESS"]) ?? `unix:path=${escapeValue(`${runtimeDirectory(env)}/bus`)}`;
}

/** The value with everything but the optionally-escaped characters of the specification as %XX. */
export function escapeValue(value: string): string {
  let out = "";
  for (const byte of Buffer.from(value)) {
    const char = String.fromCharCode(byte);
    out += /[-0-9A-Za-z_/.*\\]/.test(char) ? char : `%${byte.toString(16).padStart(2, "0")}`;
  }
  return out;
}

function parseOne(text: string, options: AddressOptions): Address {
  const colon = text.indexOf(":");
  if (colon < 1) throw bad(text, "a transport and a ':' are missing at its start");
  const transport = text.slice(0, colon);
  const keys = readKeys(text, text.slice(colon + 1));
  const guid = keys.get("guid");
  if (guid !== undefined && !/^[0-9a-fA-F]{32}$/.test(guid)) throw bad(text, "its guid is not 32 hex digits");
  switch (transport) {
    case "unix":
      return unixAddress(text, keys, guid, options.env ?? process.env);
    case "tcp":
      return tcpAddress(text, keys, guid);
    case "unixexec":
      if (options.allowUnixexec !== true) {
        return refused(text, "unixexec runs a program and is taken from --bus or the configuration only");
      }
      return execAddress(text, keys, guid);
    case "nonce-tcp":
      return refused(text, "nonce-tcp is not supported: use a unix socket or tcp");
    case "autolaunch":
      return refused(text, "autolaunch starts a bus and needs X11: give the address of a bus that runs");
    case "launchd":
      return refused(text, "launchd exists on macOS only");
    case "systemd":
      return refused(text, "systemd: is an address to listen on, not to connect to");
    default:
      return refused(text, `the transport ${JSON.stringify(transport)} is unknown`);
  }
}

function unixAddress(
  text: string,
  keys: ReadonlyMap<string, string>,
  guid: string | undefined,
  env: NodeJS.ProcessEnv,
): UnixAddress | RefusedAddress {
  const kinds = ["path", "abstract", "runtime", "tmpdir", "dir"].filter((key) => keys.has(key));
  if (kinds.length !== 1) throw bad(text, "a unix address has exactly one of path, abstract and runtime");
  const kind = kinds[0]!;
  const value = keys.get(kind)!;
  if (kind === "tmpdir" || kind === "dir") {
    return refused(text, `unix:${kind}= is an address to listen on, not to connect to`);
  }
  if (kind === "runtime" && value !== "yes") throw bad(text, "the only value of runtime is yes");
  if (value === "" || value.includes("\0")) throw bad(text, `its ${kind} is empty or holds a NUL`);
  const path =
    kind === "runtime" ? `${runtimeDirectory(env)}/bus` : kind === "abstract" ? `\0${value}` : value;
  if (Buffer.byteLength(path) > LIMITS.socketPathBytesMax) {
    throw bad(text, `its socket path has more than ${LIMITS.socketPathBytesMax} bytes`);
  }
  return { transport: "unix", path, guid, text };
}

function tcpAddress(text: string, keys: ReadonlyMap<string, string>, guid: string | undefined): TcpAddress {
  const port = keys.get("port") ?? "";
  if (!/^[0-9]{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535) {
    throw bad(text, "a tcp address has a port from 1 to 65535");
  }
  const family = keys.get("family");
  if (family !== undefined && family !== "ipv4" && family !== "ipv6") {
    throw bad(text, "the family of a tcp address is ipv4 or ipv6");
  }
  return {
    transport: "tcp",
    host: given(keys.get("host")) ?? "localhost",
    port: Number(port),
    family: family === undefined ? 0 : family === "ipv4" ? 4 : 6,
    guid,
    text,
  };
}

function execAddress(text: string, keys: ReadonlyMap<string, string>, guid: string | undefined): ExecAddress {
  const path = given(keys.get("path"));
  if (path === undefined) throw bad(text, "a unixexec address has a path");
  const args: string[] = [];
  for (let i = 1; keys.has(`argv${i}`); i++) args.push(keys.get(`argv${i}`)!);
  const expected = args.length + (keys.has("argv0") ? 1 : 0);
  const argv = [...keys.keys()].filter((key) => /^argv[0-9]+$/.test(key)).length;
  if (argv !== expected) throw bad(text, "the argv of a unixexec address have a gap");
  if ([path, ...args].some((arg) => arg.includes("\0"))) throw bad(text, "an argument holds a NUL");
  return { transport: "unixexec", path, argv0: keys.get("argv0"), args, guid, text };
}

function readKeys(address: string, text: string): Map<string, string> {
  const keys = new Map<string, string>();
  for (const pair of text === "" ? [] : text.split(",")) {
    const equals = pair.indexOf("=");
    if (equals < 1) throw bad(address, `${JSON.stringify(pair)} is not key=value`);
    const key = pair.slice(0, equals);
    if (keys.has(key)) throw bad(address, `the key ${key} stands twice`);
    keys.set(key, unescapeValue(address, pair.slice(equals + 1)));
  }
  return keys;
}

function unescapeValue(address: string, value: string): string {
  if (value.includes("=")) throw bad(address, "a value holds '=' (write %3d)");
  const bytes: number[] = [];
  const source = Buffer.from(value);
  for (let i = 0; i < source.length; i++) {
    if (source[i] !== 0x25) {
      bytes.push(source[i]!);
      continue;
    }
    const hex = source.toString("latin1", i + 1, i + 3);
    if (!/^[0-9a-fA-F]{2}$/.test(hex)) throw bad(address, "a '%' is not followed by two hex digits");
    bytes.push(Number.parseInt(hex, 16));
    i += 2;
  }
  return Buffer.from(bytes).toString();
}

function runtimeDirectory(env: NodeJS.ProcessEnv): string {
  return given(env["XDG_RUNTIME_DIR"]) ?? `/run/user/${process.getuid?.() ?? 0}`;
}

function given(value: string | undefined): string | undefined {
  return value === undefined || value === "" ? undefined : value;
}

function refused(text: string, reason: string): RefusedAddress {
  return { transport: "refused", reason, text };
}

function bad(address: string, reason: string): OpError {
  return new OpError("OPD3008", `the D-Bus address ${JSON.stringify(address)} is not usable: ${reason}`);
}
