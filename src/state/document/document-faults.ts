// The faults of one document as they are found, each with its line. Reported together in the order of the files, at
// most LIMITS.documentFaultsMax.

import type { Code } from "../../base/codes.ts";
import type { Fault, Position } from "../../base/error.ts";
import { LIMITS } from "../../base/limits.ts";
import { Source } from "../../base/text/text.ts";
import { formatAddress, type Address } from "../address.ts";
import type { DocumentSource } from "../model.ts";

export interface FaultDetail {
  readonly address?: Address | undefined;
  readonly hint?: string | undefined;
  /** The line holds what may be a secret: no fault shows it. */
  readonly blind?: boolean;
}

export class DocumentFaults {
  readonly #sources: ReadonlyMap<string, Source>;
  readonly #order: ReadonlyMap<string, number>;
  readonly #faults: Fault[] = [];
  readonly #blind = new Set<string>();

  constructor(sources: readonly DocumentSource[]) {
    this.#sources = new Map(sources.map(({ file, text }) => [file, new Source(file, text)]));
    this.#order = new Map([...this.#sources.keys()].map((file, index) => [file, index]));
  }

  add(code: Code, at: Position, message: string, { address, hint, blind = false }: FaultDetail = {}): void {
    if (blind) this.#blind.add(lineOf(at));
    if (this.#faults.length >= LIMITS.documentFaultsMax) return;
    const snippet = this.#sources.get(at.file)?.snippet(at);
    this.#faults.push({
      code,
      message,
      at,
      ...(snippet === undefined ? {} : { snippet }),
      ...(address === undefined ? {} : { address: formatAddress(address) }),
      ...(hint === undefined ? {} : { hint }),
    });
  }

  addAll(faults: readonly Fault[]): void {
    this.#faults.push(...faults);
  }

  /** In the order of files, lines and columns. */
  sorted(): readonly Fault[] {
    const file = (fault: Fault): number => this.#order.get(fault.at?.file ?? "") ?? -1;
    return this.#faults
      .map((fault) =>
        fault.at !== undefined && this.#blind.has(lineOf(fault.at)) ? withoutSnippet(fault) : fault,
      )
      .sort(
        (a, b) =>
          file(a) - file(b) ||
          (a.at?.line ?? 0) - (b.at?.line ?? 0) ||
          (a.at?.column ?? 0) - (b.at?.column ?? 0),
      );
  }
}

function lineOf({ file, line }: Position): string {
  return `${line} ${file}`;
}

function withoutSnippet(fault: Fault): Fault {
  const { snippet: _snippet, ...rest } = fault;
  return rest;
}

/** `did you mean "x"?`, else the names there are if they are few. */
export function namesHint(near: string | null, names: readonly string[]): string | undefined {
  if (near !== null) return `did you mean ${JSON.stringify(near)}?`;
  return names.length === 0 || names.length > 12 ? undefined : `there are: ${names.join(", ")}`;
}

/** What stands there, in the words of a person who writes documents. */
export function kindName(value: unknown): string {
  if (value === null) return "null";
  if (value instanceof Map) return "a table";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string") return "a text";
  return typeof value === "boolean" ? String(value) : "a number";
}
