// What became of an apply, as the error that ends the command: nothing for a good end, and always the state the
// machine is in now.

import type { Code } from "../../base/codes.ts";
import { OpError, type Fault } from "../../base/error.ts";
import type { Mismatch, Report } from "../model.ts";

/** null when the apply ended well. Exit 3: put back and verified. Exit 4: not, with the list of what is left. */
export function reportError(report: Report): OpError | null {
  const fault = report.faults[0];
  if (fault === undefined) return null;
  const where = fault.address === undefined ? {} : { where: fault.address };
  const faults = fault.code === "OPD2107" ? differences(report) : report.faults;
  switch (report.end) {
    case "done":
    case "held":
    case "unchanged":
      return new OpError(fault.code, fault.message, { ...where, now: "nothing was changed", faults });
    case "restored":
      return new OpError(fault.code, fault.message, {
        ...where,
        now: `as before: ${undone(report)}, verified by reading again`,
        faults,
      });
    case "left":
      return leftError(fault.message, report.rollback!.left, faults, where);
  }
}

/** The error that lists what is not as before. `faults`: why it was put back at all. */
export function leftError(
  message: string,
  left: readonly Mismatch[],
  faults: readonly Fault[] = [],
  more: { readonly where?: string; readonly hint?: string } = {},
): OpError {
  return new OpError("OPD2121", message, {
    hint: "op-dbus plan shows the way to the wanted state from here",
    ...more,
    now: `not as before: ${listed(left)}`,
    faults: [...faults, ...left.map((each) => difference("OPD2121", "not as before", each))],
  });
}

/** What the verification found, each with both values. */
function differences({ verification, faults }: Report): readonly Fault[] {
  if (verification === null || verification.mismatches.length === 0) return faults;
  return verification.mismatches.map((each) => difference("OPD2107", "not as wanted", each));
}

function difference(code: Code, message: string, { address, wanted, found, at }: Mismatch): Fault {
  return {
    code,
    message,
    address,
    differs: found === undefined ? { wanted } : { wanted, found },
    ...(at === undefined ? {} : { at }),
  };
}

function undone({ results, rollback }: Report): string {
  if (results.length === 0) return "nothing had been called";
  const all = rollback!.results;
  if (all.length === 0) return "put back by the service's own checkpoint";
  const done = all.filter(({ outcome }) => outcome.outcome === "done").length;
  return `${done} of ${all.length} ${all.length === 1 ? "step" : "steps"} undone`;
}

/** Values told in one line; all of them stand in the faults. */
const LISTED = 3;

function listed(left: readonly Mismatch[]): string {
  const more = left.length > LISTED ? `; and ${left.length - LISTED} more` : "";
  return `${left.slice(0, LISTED).map(leftOver).join("; ")}${more}`;
}

function leftOver({ address, wanted, found }: Mismatch): string {
  return `${address} is ${said(found)}, was ${said(wanted === null ? undefined : wanted)}`;
}

function said(value: Mismatch["found"]): string {
  if (value === undefined || value === null) return "absent";
  if (typeof value === "object" && "unknown" in value && typeof value.unknown === "string")
    return `unknown (${value.unknown})`;
  if (typeof value === "object" && Object.keys(value).length === 0) return "there";
  return JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? String(part) : part));
}
