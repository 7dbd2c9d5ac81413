// Has a name an address? Asked as every program asks: files, mDNS, resolvers, in the order of nsswitch.conf.

import { lookup } from "node:dns";
import { errnoOf } from "../../base/file.ts";
import type { Answer } from "./answer.ts";

export function askDns(name: string, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve) => {
    const given = (): void => resolve({ passed: false, found: "no answer" });
    if (signal.aborted) return given();
    // getaddrinfo cannot be stopped: it ends by the resolver's own timeout, and its answer is nobody's then.
    signal.addEventListener("abort", given, { once: true });
    lookup(name, (error, address) => {
      signal.removeEventListener("abort", given);
      if (error === null) resolve({ passed: true, found: address });
      else resolve({ passed: false, found: errnoOf(error) === "ENOTFOUND" ? "no address" : errnoOf(error) });
    });
  });
}
