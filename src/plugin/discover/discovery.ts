// What a discovery is: plain values, made by discover.ts, saved and read by discovery-json.ts.

import type { OwnerFacts } from "./owner-facts.ts";
import type { DiscoveredObject } from "./walk.ts";

export interface DiscoveredName extends OwnerFacts {
  readonly name: string;
  readonly running: boolean;
  readonly activatable: boolean;
  /** Unique name; null where nobody owns it. */
  readonly owner: string | null;
  /** In path order; empty for what is not running, and where only names were asked. */
  readonly objects: readonly DiscoveredObject[];
  /** Why the service could not be looked at. */
  readonly error: string | null;
  /** What was left out, and why. */
  readonly notes: readonly string[];
}

export interface Discovery {
  /** Identifies the bus: owners mean nothing on another one. */
  readonly guid: string;
  /** Milliseconds since 1970 UTC. */
  readonly takenAtMs: number;
  /** In name order, org.freedesktop.DBus first among equals as any other. */
  readonly names: readonly DiscoveredName[];
}
