// Is the machine as the document says? Reads what the document names through the same plugins, waits for what is still
// on its way, and reports every difference. Changes nothing.

import type { Clock } from "../../base/clock.ts";
import type { Fault, OpError } from "../../base/error.ts";
import { tableOf, type DocValue, type Plugin, type Schema } from "../../plugin/plugin.ts";
import { formatAddress } from "../address.ts";
import { compare, type DigestOf, type Difference } from "../plan/compare.ts";
import { shown, wholeItem } from "../plan/diff.ts";
import { scopesOf, takeInventory, type ContextOf } from "../inventory/inventory.ts";
import type { Document, Mismatch, Reading, Verification, WantedItem } from "../model.ts";
import { secretDigests } from "../document/secrets.ts";
import { addressesOf, EVERYTHING, selector, type Selection, type Selector } from "../inventory/selection.ts";
import { settle, watchAll } from "../inventory/settle.ts";
import { spanned } from "../../telemetry/trace/span.ts";

export interface VerifyInput {
  readonly document: Document;
  readonly plugins: ReadonlyMap<string, Plugin>;
  readonly contextOf: ContextOf;
  readonly clock: Clock;
  /** How long what differs may take; 0 = one reading. */
  readonly timeoutMs: number;
  readonly selection?: Selection;
  readonly schemas?: ReadonlyMap<string, Schema>;
  /** Addresses that are known to differ and are nobody's task: the drift of a plan. */
  readonly except?: ReadonlySet<string>;
  readonly signal?: AbortSignal;
  onAttempt?(attempt: Verification): void;
}
export interface VerifyResult {
  readonly verification: Verification;
  readonly reading: Reading;
  /** What the document itself does wrong here (ambiguous names ...), also among the mismatches. */
  readonly faults: readonly Fault[];
  /** Services that could not be read, also among the mismatches. */
  readonly unavailable: ReadonlyMap<string, OpError>;
}

type Attempt = Omit<VerifyResult, "verification"> & Pick<Verification, "checked" | "mismatches">;

export async function verifyDocument(input: VerifyInput): Promise<VerifyResult> {
  const { document, plugins, contextOf, clock, timeoutMs, onAttempt } = input;
  const scopes = scopesOf(document);
  const select = selector(input.selection ?? EVERYTHING);
  const secrets = secretDigests(plugins, contextOf);
  let schemas = input.schemas;

  async function attempt(): Promise<Attempt> {
    const inventory = await takeInventory(
      plugins,
      scopes,
      contextOf,
      schemas === undefined ? {} : { schemas },
    );
    schemas = inventory.unavailable.size === 0 ? inventory.reading.schemas : schemas;
    const read = await compared(input, inventory.reading, select, secrets.digestOf);
    const away = unread(document, inventory.unavailable, select, input.except);
    const faults = [...read.faults, ...secrets.faults];
    return {
      ...inventory,
      faults,
      checked: read.checked + away.length,
      mismatches: [...read.mismatches, ...away],
    };
  }
  const verified = ({ checked, mismatches }: Attempt, attempts: number, elapsedMs: number): Verification =>
    Object.freeze({ holds: mismatches.length === 0, checked, mismatches, attempts, elapsedMs });

  const { result, attempts, elapsedMs } = await settle({
    attempt: () => spanned("verify", "verify", attempt, ({ mismatches }) => mismatches.length > 0),
    settled: ({ mismatches }) => mismatches.length === 0,
    watch: (changed) => watchAll(plugins, scopes, contextOf, changed),
    clock,
    timeoutMs,
    ...(input.signal === undefined ? {} : { signal: input.signal }),
    onAttempt: (each, number, ms) => onAttempt?.(verified(each, number, ms)),
  });
  const { reading, faults, unavailable } = result;
  return { verification: verified(result, attempts, elapsedMs), reading, faults, unavailable };
}

async function compared(
  input: VerifyInput,
  reading: Reading,
  select: Selector,
  digestOf: DigestOf,
): Promise<Pick<Attempt, "checked" | "mismatches" | "faults">> {
  const { differences, held, faults } = compare(input.document, reading, digestOf);
  const mismatches: Mismatch[] = faults.map((fault) => ({
    address: fault.address ?? "",
    wanted: null,
    found: { unknown: fault.message },
    ...(fault.at === undefined ? {} : { at: fault.at }),
  }));
  let newest = 0;
  for (const difference of differences) {
    const address = formatAddress(difference.place);
    if (select.leftOut(difference.place) !== null || input.except?.has(address) === true) continue;
    if (difference.kind === "field" && difference.blind) continue;
    if (difference.kind === "latest" && (await isNewest(input, reading, difference))) newest += 1;
    else mismatches.push(mismatchOf(address, difference));
  }
  return { mismatches, faults, checked: held + newest + mismatches.length };
}

/** Only the service knows: it is asked for a plan, and holds when there is nothing to do. */
async function isNewest(
  { plugins, contextOf }: VerifyInput,
  reading: Reading,
  { place, item, found }: Extract<Difference, { kind: "latest" }>,
): Promise<boolean> {
  const plugin = plugins.get(place.plugin)!;
  const before = { known: wholeItem(found) };
  const { resource, key } = place;
  const change = {
    resource,
    key,
    verb: "latest",
    field: null,
    before,
    after: "latest",
    want: new Map(),
    reset: false,
  } as const;
  try {
    const ctx = contextOf(plugin);
    const observed = reading.observed.get(place.plugin)!;
    const { actions, faults } = await plugin.plan(ctx, observed, [{ ...change, at: item.at }]);
    return actions.length === 0 && faults.length === 0;
  } catch {
    return false; // Nobody can say that it is.
  }
}

function mismatchOf(address: string, difference: Difference): Mismatch {
  switch (difference.kind) {
    case "field":
      return {
        address,
        wanted: difference.wanted.value,
        found: shown(difference.found),
        at: difference.wanted.at,
      };
    case "missing":
      return { address, wanted: wishes(difference.item), found: undefined, at: difference.item.at };
    case "latest":
      return { address, wanted: "latest", found: wholeItem(difference.found), at: difference.item.at };
    case "extra":
      return { address, wanted: null, found: wholeItem(difference.found), at: difference.at };
    case "pending":
      return { address, wanted: "settled", found: { unknown: "still changing" } };
  }
}

function wishes(item: WantedItem): DocValue {
  return tableOf([...item.fields].map(([name, wanted]) => [name, wanted.value]));
}

/** Every wish for a service that is away. */
function unread(
  document: Document,
  unavailable: ReadonlyMap<string, OpError>,
  select: Selector,
  except: ReadonlySet<string> | undefined,
): Mismatch[] {
  if (unavailable.size === 0) return [];
  return [...addressesOf(document)].flatMap((place) => {
    const error = unavailable.get(place.plugin);
    const address = formatAddress(place);
    if (error === undefined || select.leftOut(place) !== null || except?.has(address) === true) return [];
    const { self, resources } = document.plugins.get(place.plugin)!;
    const item = resources.get(place.resource ?? "")?.items.get(place.key ?? "");
    const wanted = place.resource === null ? self.get(place.field!) : item?.fields.get(place.field ?? "");
    const at = wanted?.at ?? item?.at;
    return [{ address, wanted: wanted?.value ?? null, found: { unknown: error.message }, ...(at && { at }) }];
  });
}
