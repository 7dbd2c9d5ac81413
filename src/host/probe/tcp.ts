// Does something accept connections there? The connection is closed at once; nothing is sent.

import { connect } from "node:net";
import { errnoOf } from "../../base/file.ts";
import type { Answer } from "./answer.ts";

export function askTcp(host: string, port: number, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const answer = (passed: boolean, found: string): void => {
      signal.removeEventListener("abort", given);
      socket.destroy();
      resolve({ passed, found });
    };
    const given = (): void => answer(false, "no answer");
    socket.once("connect", () => answer(true, "connected"));
    socket.once("error", (error) => answer(false, refusal(errnoOf(error))));
    if (signal.aborted) given();
    else signal.addEventListener("abort", given, { once: true });
  });
}

const REFUSALS: ReadonlyMap<string, string> = new Map([
  ["ECONNREFUSED", "nobody listens there"],
  ["EHOSTUNREACH", "the host cannot be reached"],
  ["ENETUNREACH", "there is no way to that network"],
  ["ENOTFOUND", "the name has no address"],
  ["ETIMEDOUT", "no answer"],
]);

function refusal(errno: string): string {
  return REFUSALS.get(errno) ?? (errno === "" ? "no connection" : errno);
}
