// A typed view of one interface of one remote object: members and types come from an interface literal, nothing is
// introspected and nothing is cached. Everything goes through Bus, with its deadlines and its guard.

import type { Bus, Call, Subscription } from "./call.ts";
import { describeInterface, signatureOf, type InterfaceLiteral } from "./interface-literal.ts";
import { OpError } from "../../base/error.ts";
import type { ResultOf, ValueOf, ValuesOf } from "./signature-types.ts";
import { Variant, type DBusValue } from "./value.ts";

type Methods<L extends InterfaceLiteral> = NonNullable<L["methods"]>;
type Properties<L extends InterfaceLiteral> = NonNullable<L["properties"]>;
type Signals<L extends InterfaceLiteral> = NonNullable<L["signals"]>;
type Names<T> = keyof T & string;
/** What stands for the rest of a call: deadline, abort signal, flags. */
export type CallOptions = Pick<
  Call,
  "deadlineMs" | "signal" | "noAutoStart" | "interactive" | "replyBytesMax"
>;

export interface Proxy<L extends InterfaceLiteral> {
  /** Calls a method: its in-arguments as a list. Resolves with nothing, its one out-argument, or the list of several. */
  call<M extends Names<Methods<L>>>(
    member: M,
    args: ValuesOf<Methods<L>[M]["in"]>,
    options?: CallOptions,
  ): Promise<ResultOf<Methods<L>[M]["out"]>>;
  get<P extends Names<Properties<L>>>(name: P): Promise<ValueOf<Properties<L>[P]["type"]>>;
  set<P extends Names<Properties<L>>>(
    name: P,
    value: ValueOf<Properties<L>[P]["type"]>,
    options?: CallOptions,
  ): Promise<void>;
  /** Resolves once no later signal can be missed. Signals with another signature than the literal's are ignored. */
  on<S extends Names<Signals<L>>>(
    signal: S,
    listener: (...args: ValuesOf<Signals<L>[S]>) => void,
  ): Promise<Subscription>;
}

export function proxy<const L extends InterfaceLiteral>(
  bus: Bus,
  at: { readonly destination: string; readonly path: string },
  literal: L,
): Proxy<L> {
  const info = describeInterface(literal);
  const properties = (
    member: string,
    signature: string,
    body: readonly DBusValue[],
    options: CallOptions = {},
  ) => bus.call({ ...at, ...options, interface: "org.freedesktop.DBus.Properties", member, signature, body });
  const view = {
    async call(member: string, args: readonly DBusValue[], options: CallOptions = {}): Promise<unknown> {
      const method = declared(info.methods, member);
      const signature = signatureOf(method.in);
      const reply = await bus.call({
        ...at,
        ...options,
        interface: info.name,
        member,
        signature,
        body: args,
      });
      expectSignature(member, signatureOf(method.out), reply.signature);
      return reply.body.length > 1 ? reply.body : reply.body[0];
    },
    async get(name: string): Promise<unknown> {
      const { signature } = declared(info.properties, name);
      const { body } = await properties("Get", "ss", [info.name, name]);
      const value = body[0];
      expectSignature(name, signature, value instanceof Variant ? value.signature : "");
      return (value as Variant).value;
    },
    async set(name: string, value: DBusValue, options: CallOptions = {}): Promise<void> {
      const { signature } = declared(info.properties, name);
      await properties("Set", "ssv", [info.name, name, new Variant(signature, value)], options);
    },
    on(member: string, listener: (...args: readonly DBusValue[]) => void): Promise<Subscription> {
      const signature = signatureOf(declared(info.signals, member).args);
      const match = { sender: at.destination, path: at.path, interface: info.name, member };
      return bus.subscribe(match, (signal) => {
        if (signal.signature === signature) return listener(...signal.body);
      });
    },
  };
  // The literal's types are a promise about the peer; expectSignature keeps it at run time.
  return Object.freeze(view) as unknown as Proxy<L>;
}

function declared<T>(members: ReadonlyMap<string, T>, name: string): T {
  const member = members.get(name);
  if (member === undefined)
    throw new OpError("OPD3015", `${JSON.stringify(name)} is not in the interface literal`);
  return member;
}

function expectSignature(member: string, wanted: string, actual: string): void {
  if (wanted !== actual) {
    throw new OpError(
      "OPD3006",
      `${member} answered with signature ${JSON.stringify(actual)}, not ${JSON.stringify(wanted)}`,
    );
  }
}
