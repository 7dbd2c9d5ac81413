// The settings of the door through which programs reach the memory: closed, unless it is told where to listen. What may
// be combined is decided where it is opened (server/tcp/rules.ts).

import { isIP } from "node:net";
import { count, flag, optional, path, showAddress, word, type Form, type LocalAddress } from "./setting.ts";

export const MEMORY_SETTINGS = Object.freeze({
  memoryEmbed: setting(
    maker(),
    "Who makes vectors of texts: lexical (words alone, no model), none, or the URL of a service that answers /embed.",
    "lexical",
  ),
  memoryListen: setting(
    optional(address()),
    "Where the daemon answers the memory's protocol: IP:PORT, [IPv6]:PORT or unix:/PATH; empty: nowhere.",
    null,
  ),
  memoryOpen: setting(
    flag(),
    "The memory's door asks for no token: any user of this machine may come in at a loopback address.",
    false,
  ),
  memoryTokenKey: setting(
    optional(path()),
    "The file with the key of tokens for the memory's door, at least 32 bytes, mode 0600; empty: no tokens.",
    null,
  ),
  memoryTlsCertificate: setting(
    optional(path()),
    "The certificate chain of the memory's door, PEM; empty: no TLS.",
    null,
  ),
  memoryTlsKey: setting(optional(path()), "The private key of that certificate, PEM, mode 0600.", null),
  memoryTlsClientAuthorities: setting(
    optional(path()),
    "Certificates, PEM, one of which must have signed a client's own; empty: clients need none.",
    null,
  ),
  memoryRecall: setting(
    flag(),
    "Searches of the memory are recalls: what was recalled before, what is alike and what was not practised weighs in.",
    false,
  ),
  memoryShards: setting(
    count("shards", 1, 16),
    "How many shards a namespace of the memory gets when it is made; one that is there keeps what it has.",
    1,
  ),
  memoryEncoding: setting(
    word(["hybrid", "list", "map"] as const),
    "How replies are laid out: list as the first servers did, map as the latest, hybrid as every client reads.",
    "hybrid",
  ),
  memoryRequestsPerSecond: setting(
    count("requests a second", 1, 1_000_000),
    "How many requests a subject of a token may make, on average.",
    100,
  ),
  memoryRequestsBurst: setting(
    count("requests", 1, 10_000_000),
    "How many requests a subject may make at once.",
    200,
  ),
});

/** A word, or where a service is; whether that may be asked is decided where it is. */
function maker(): Form<string> {
  return {
    read(given) {
      const value = String(given);
      if (value === "none" || value === "lexical" || /^https?:\/\/[^\s]+$/.test(value)) return { value };
      return { fault: "expected lexical, none, or a URL of http or https" };
    },
    show: (value) => JSON.stringify(value),
  };
}

/** An address of this machine, which others may reach; not a name, which may lead anywhere. */
function address(): Form<LocalAddress> {
  return {
    read(given) {
      const file = /^unix:(\/[^\0]+)$/.exec(String(given))?.[1];
      if (file !== undefined) return { value: { kind: "unix", path: file } };
      const [, six, four, digits] = /^(?:\[([^\]]+)\]|([\d.]+)):(\d{1,5})$/.exec(String(given)) ?? [];
      const host = six ?? four ?? "";
      if (isIP(host) !== (six === undefined ? 4 : 6) || Number(digits) > 65_535)
        return { fault: "expected IP:PORT, [IPv6]:PORT or unix:/PATH" };
      return { value: { kind: "tcp", host, port: Number(digits) } };
    },
    show: (value) => JSON.stringify(showAddress(value)),
  };
}

function setting<T>(form: Form<T>, about: string, value: T) {
  return Object.freeze({ form, about, fallback: (): { value: T; origin?: string } => ({ value }) });
}
