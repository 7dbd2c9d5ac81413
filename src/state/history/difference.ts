// Where the machine of one generation differs from that of another, one row an address. Pure.

import { tableOf, type DocValue, type Reading } from "../../plugin/plugin.ts";
import { formatAddress } from "../address.ts";
import { isAbsent, isThere, type Beliefs, type Owner } from "./beliefs.ts";
import { sameReading } from "./blame.ts";

export interface Differing {
  readonly address: string;
  readonly verb: "create" | "update" | "delete";
  readonly before: DocValue;
  readonly after: DocValue;
  readonly secret: boolean;
}

/** From `a` to `b`. What is not known of one of them is no difference. */
export function* differenceOf(a: Beliefs, b: Beliefs): Generator<Differing> {
  for (const name of new Set([...a.owners.keys(), ...b.owners.keys()])) {
    const [then, now] = [a.owners.get(name), b.owners.get(name)];
    if (then === undefined || now === undefined) continue;
    const [was, is] = [isThere(then), isThere(now)];
    if (then.place.key !== null && was !== is) {
      const verb = is ? "create" : "delete";
      yield { address: name, verb, before: whole(then), after: whole(now), secret: false };
    } else if (was || then.place.key === null) yield* fields(then, now);
  }
}

function* fields(then: Owner, now: Owner): Generator<Differing> {
  for (const field of new Set([...then.fields.keys(), ...now.fields.keys()])) {
    const [was, is] = [then.fields.get(field), now.fields.get(field)];
    if (was === undefined || is === undefined || sameReading(was, is)) continue;
    const address = formatAddress({ ...then.place, field });
    const secret = "digest" in was || "digest" in is;
    yield { address, verb: "update", before: shown(was), after: shown(is), secret };
  }
}

/** The known fields of an item; null = it is not there. */
function whole(owner: Owner): DocValue {
  if (!isThere(owner)) return null;
  const known = [...owner.fields].filter(([, value]) => "known" in value && !isAbsent(value));
  return tableOf(known.map(([field, value]) => [field, shown(value)]));
}

/** As a reply says it: secrets as nothing, what is unknown with its reason. */
export function shown(value: Reading): DocValue {
  if ("digest" in value) return null;
  return "known" in value ? value.known : tableOf([["unknown", value.unknown]]);
}
