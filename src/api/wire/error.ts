// An error over the socket: all that its text and its JSON are made of, so that both are the same on the other side.

import { CODES, type Code } from "../../base/codes.ts";
import { asOpError, OpError, type ErrorDetail } from "../../base/error.ts";
import { decodeValue, encodeValue } from "./values.ts";

interface Told {
  readonly code: Code;
  readonly message: string;
  readonly detail: Omit<ErrorDetail, "cause">;
  readonly stack: string;
  readonly cause: { readonly message: string; readonly stack: string } | null;
  /** The bus name of an error that a service gave. */
  readonly dbusName: string | undefined;
}

/** As JSON. Anything that is no OpError becomes one first (OPD1901). */
export function errorToWire(thrown: unknown): unknown {
  const error = asOpError(thrown);
  const { code, message, where, now, hint, faults, stack = "", cause } = error;
  const dbusName = "dbusName" in error ? String(error.dbusName) : undefined;
  const detail = {
    faults,
    ...(where === undefined ? {} : { where }),
    ...(now === undefined ? {} : { now }),
    ...(hint === undefined ? {} : { hint }),
  };
  const told: Told = {
    code,
    message,
    detail,
    stack,
    cause: cause instanceof Error ? { message: cause.message, stack: cause.stack ?? "" } : null,
    dbusName,
  };
  return encodeValue(told);
}

/** The error of the other side. Throws OPD9044 when it is none. */
export function errorFromWire(json: unknown): OpError {
  const told = decodeValue(json) as Partial<Told> | null;
  const { code, message, detail, stack, cause = null, dbusName } = told ?? {};
  if (typeof code !== "string" || !Object.hasOwn(CODES, code) || typeof message !== "string")
    throw new OpError("OPD9044", "an error that came over the socket is none");
  const error = new OpError(code, message, {
    ...detail,
    ...(cause === null ? {} : { cause: causeFrom(cause) }),
  });
  if (stack !== undefined) error.stack = stack;
  return dbusName === undefined ? error : Object.assign(error, { dbusName });
}

function causeFrom({ message, stack }: NonNullable<Told["cause"]>): Error {
  const cause = new Error(message);
  cause.stack = stack;
  return cause;
}
