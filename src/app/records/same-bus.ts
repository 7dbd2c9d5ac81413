// Is it the same bus? By its GUID while it runs, whatever address led to it; by its address after it was started anew,
// with the machine or alone: a bus makes itself a new GUID each time. (D-Bus specification, "UUIDs")

import type { Bus } from "../../host/dbus/dbus.ts";
import type { JournalBegin } from "../../state/state.ts";

export type BusIdentity = Pick<Bus, "guid" | "address">;

/** The address without the GUID that it may carry. */
export function busAddress({ address }: Pick<Bus, "address">): string {
  return address.replaceAll(/,guid=[0-9a-f]{32}|guid=[0-9a-f]{32},/g, "");
}

export function isOnBus(begin: Pick<JournalBegin, "bus" | "address">, bus: BusIdentity): boolean {
  return begin.bus === bus.guid || begin.address === busAddress(bus);
}
