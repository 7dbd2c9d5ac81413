// What a shard is to the space that is made of shards: a space of its own whose graph takes part in transactions, and whose text
// index can count for the whole. Types only.

import type { Graph, Participant, Snapshot } from "../ports.ts";
import type { Found, SearchOptions, Space } from "../space.ts";
import type { TextStatistics } from "../text/text.ts";

export interface Part extends Omit<Space, "search"> {
  readonly graph: Graph & Participant;
  snapshot(): Snapshot;
  /** Resolves when the indexes have seen what is written now, or soon enough. */
  reached(): Promise<void>;
  /** Of this part, as its indexes are. */
  textStatistics(query: string): TextStatistics;
  searchText(
    query: string,
    options: SearchOptions & { readonly statistics?: TextStatistics },
  ): Promise<readonly Found[]>;
}
