// The secrets of a document while it is compared: their sources are read once, their values are turned into keyed
// digests at once and kept nowhere. What cannot be read is a fault with its place.

import { asOpError, type Fault } from "../../base/error.ts";
import { isTable, secretPlace, type Plugin } from "../../plugin/plugin.ts";
import { formatAddress } from "../address.ts";
import type { DigestOf } from "../plan/compare.ts";
import type { ContextOf } from "../inventory/inventory.ts";

export interface SecretDigests {
  readonly digestOf: DigestOf;
  /** address -> digest, as far as `digestOf` was asked. */
  readonly digests: ReadonlyMap<string, string>;
  readonly faults: readonly Fault[];
}

export function secretDigests(plugins: ReadonlyMap<string, Plugin>, contextOf: ContextOf): SecretDigests {
  const digests = new Map<string, string>();
  const faults: Fault[] = [];
  const failed = new Set<string>();
  function digestOf(place: Parameters<DigestOf>[0], reference: Parameters<DigestOf>[1]): string | null {
    const address = formatAddress(place);
    const known = digests.get(address);
    if (known !== undefined || failed.has(address)) return known ?? null;
    try {
      const source = isTable(reference) ? reference["secret"] : null;
      const ctx = contextOf(plugins.get(place.plugin)!);
      const { plugin, resource, key, field } = place;
      const name = secretPlace(plugin, resource, key, field!);
      const digest = ctx.secretDigest(name, ctx.secretValue(typeof source === "string" ? source : ""));
      digests.set(address, digest);
      return digest;
    } catch (error) {
      const { code, message, hint } = asOpError(error);
      failed.add(address);
      faults.push({ code, message, address, ...(hint === undefined ? {} : { hint }) });
      return null;
    }
  }
  return { digestOf, digests, faults };
}
