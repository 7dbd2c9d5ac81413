// Asks polkit beforehand, without anybody being asked: may this connection do what a plan needs? The answer is shown
// with each action. Nobody to ask (no polkit, no action id) is said so, never taken for a yes.

import { DBusError, Variant } from "../../../host/dbus/dbus.ts";
import type { Authorization } from "../../plugin.ts";
import type { Deed } from "./deed.ts";
import type { Runtime } from "./runtime.ts";

const POLKIT = "org.freedesktop.PolicyKit1";

/** The polkit action ids of a deed, each once. */
export function polkitOf(deed: Deed): readonly string[] {
  const { way } = deed;
  if (way.kind === "property") return way.action === null ? [] : [way.action];
  const recipes = way.kind === "recipe" ? [way.recipe] : [way.add, way.remove];
  return [...new Set(recipes.flatMap((recipe) => recipe?.steps.flatMap((step) => step.action ?? []) ?? []))];
}

/** Asks for each id once; the result answers for the ids of one action: its worst. */
export async function authorize(
  runtime: Runtime,
  ids: readonly string[],
): Promise<(ids: readonly string[]) => Authorization> {
  const answers = new Map<string, Authorization>();
  if (runtime.ctx.checkAuth) for (const id of new Set(ids)) answers.set(id, await ask(runtime, id));
  return (own) => {
    const worst: readonly Authorization[] = ["denied", "unchecked", "ask", "allowed"];
    if (own.length === 0) return "unchecked";
    return worst.find((each) => own.some((id) => (answers.get(id) ?? "unchecked") === each)) ?? "unchecked";
  };
}

/** polkit's CheckAuthorization((sa{sv})sa{ss}us) -> (bba{ss}): is authorised, could be after a challenge. */
async function ask(runtime: Runtime, id: string): Promise<Authorization> {
  const { bus } = runtime.ctx;
  const subject = ["system-bus-name", { name: new Variant("s", bus.uniqueName) }];
  try {
    const reply = await bus.call({
      destination: POLKIT,
      path: "/org/freedesktop/PolicyKit1/Authority",
      interface: `${POLKIT}.Authority`,
      member: "CheckAuthorization",
      signature: "(sa{sv})sa{ss}us",
      body: [subject, id, {}, 0, ""],
      replySignature: "(bba{ss})",
      deadlineMs: runtime.mapping.deadlineMs,
    });
    const [result] = reply.body;
    const [allowed, challenge] = Array.isArray(result) ? (result as readonly unknown[]) : [];
    return allowed === true ? "allowed" : challenge === true ? "ask" : "denied";
  } catch (error) {
    if (error instanceof DBusError) return "unchecked";
    throw error;
  }
}
