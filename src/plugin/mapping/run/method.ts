// From a call of the mapping to a message: the member is found by introspection, its signature types every argument,
// and the reply comes back as a term. Reads end here (they throw); what changes something goes on to step.ts.

import { assert } from "../../../base/assert.ts";
import { OpError } from "../../../base/error.ts";
import type { Call, DBusValue, MethodInfo, Variant } from "../../../host/dbus/dbus.ts";
import { runFlow, type FlowEnd, type FlowRequest } from "./flow.ts";
import type { Flow, Step, Template } from "../model.ts";
import { buildHere, type Scope } from "./resolve.ts";
import { findMethod, missing, type MethodAt, type Runtime } from "./runtime.ts";
import { bodyTerm, type Row } from "./term.ts";

/** A call before its types are known. */
export interface Target {
  readonly path: string;
  readonly interfaces: readonly string[];
  readonly member: string;
  readonly args: readonly Template[];
  readonly deadlineMs: number;
}

/** The arguments of a method in its own types. Throws OPD6050 when their number is another one. */
async function buildArgs(
  info: MethodInfo,
  args: readonly Template[],
  scope: Scope,
): Promise<readonly DBusValue[]> {
  checkCount(info, args);
  const body: DBusValue[] = [];
  for (const [at, template] of args.entries())
    body.push(await buildHere(template, info.in[at]?.signature ?? "", scope));
  return body;
}

/** Throws OPD6050 when the method takes another number of arguments. */
export function checkCount({ name, in: wanted }: MethodInfo, args: readonly Template[]): void {
  if (wanted.length === args.length) return;
  throw new OpError("OPD6050", `${name} takes ${wanted.length} arguments, the mapping gives ${args.length}`);
}

export function messageOf(
  runtime: Runtime,
  at: MethodAt,
  body: readonly DBusValue[],
  deadlineMs: number,
): Call {
  const { ctx, mapping, reading } = runtime;
  return {
    destination: mapping.service,
    path: at.path,
    interface: at.interface,
    member: at.info.name,
    signature: at.info.in.map((argument) => argument.signature).join(""),
    body,
    deadlineMs,
    ...(reading ? { signal: ctx.signal } : { interactive: ctx.interactive }),
  };
}

/** A read that answers at once. Throws DBusError as the service says it. */
export async function readMethod(
  runtime: Runtime,
  target: Target,
  scope: Scope,
): Promise<Variant | undefined> {
  const at = await findMethod(runtime, target.path, target.interfaces, target.member);
  const reply = await runtime.ctx.bus.call(
    messageOf(runtime, at, await buildArgs(at.info, target.args, scope), target.deadlineMs),
  );
  return bodyTerm(reply.signature, reply.body);
}

/** A read that ends by a signal: its rows. Throws OPD6063 with the service's text when it ends badly. */
export async function readFlow(
  runtime: Runtime,
  name: string,
  target: Target,
  scope: Scope,
): Promise<readonly Row[] | undefined> {
  const flow = flowOf(runtime, name);
  const body = (info: MethodInfo): Promise<readonly DBusValue[]> => buildArgs(info, target.args, scope);
  const end = await runFlow(runtime, flow, flowRequest(runtime, flow, target, body, scope));
  if (end.end === "ended" && end.ok) return end.rows;
  if (end.end === "ended" && end.code !== null && flow.errors.get(end.code) === "absent") return undefined;
  throw flowError(runtime, target.member, end);
}

function flowError(runtime: Runtime, member: string, end: FlowEnd): Error {
  if (end.end === "refused") return end.error;
  const interrupted = runtime.ctx.signal.aborted;
  const text = end.end === "ended" ? end.text : end.reason;
  return new OpError(interrupted ? "OPD6062" : "OPD6063", `${member}: ${text}`, {
    where: runtime.mapping.service,
  });
}

export function flowOf(runtime: Runtime, name: string): Flow {
  const flow = runtime.mapping.flows.get(name);
  assert(flow !== undefined, `the mapping has the flow ${name}`);
  return flow;
}

/** How a flow makes its messages. `body` is asked for the arguments once the method is known. */
export function flowRequest(
  runtime: Runtime,
  flow: Flow,
  target: Omit<Target, "args">,
  body: (info: MethodInfo) => Promise<readonly DBusValue[]>,
  scope: Scope,
): FlowRequest {
  const service = runtime.mapping.places.get("service");
  const path = service?.path.kind === "constant" ? String(service.path.value) : target.path;
  return {
    path,
    deadlineMs: target.deadlineMs,
    about: target.member,
    async build(opened) {
      if (opened === null) {
        const at = await findMethod(runtime, target.path, target.interfaces, target.member);
        return messageOf(runtime, at, await body(at.info), target.deadlineMs);
      }
      const info = opened.info.methods.get(target.member);
      if (info === undefined) throw missing(runtime, opened.path, [flow.interface], "method", target.member);
      return messageOf(
        runtime,
        { path: opened.path, interface: flow.interface, info },
        await body(info),
        target.deadlineMs,
      );
    },
    prepare: (step, at, interfaces) => prepareFlow(runtime, flow, step, at, interfaces, scope),
  };
}

async function prepareFlow(
  runtime: Runtime,
  flow: Flow,
  step: Step,
  path: string,
  interfaces: readonly string[],
  scope: Scope,
): Promise<Variant | undefined> {
  const isOpened = step === flow.first;
  const info = isOpened ? runtime.memory.interfaces.get(flow.interface)?.methods.get(step.call) : undefined;
  const at =
    info === undefined
      ? await findMethod(runtime, path, interfaces, step.call)
      : { path, interface: flow.interface, info };
  const reply = await runtime.ctx.bus.call(
    messageOf(runtime, at, await buildArgs(at.info, step.args, scope), step.deadlineMs),
  );
  return bodyTerm(reply.signature, reply.body);
}
