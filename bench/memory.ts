// (k) The memory: one file a room, see there what each measures and against whom.

import type { Figure } from "./figure.ts";
import { memoryGraphBench } from "./memory-graph.ts";
import { memoryReasonBench } from "./memory-reason.ts";
import { memoryRecallBench } from "./memory-recall.ts";
import { memoryTextBench } from "./memory-text.ts";
import { memoryVectorBench } from "./memory-vector.ts";
import { memoryWireBench } from "./memory-wire.ts";

export async function memoryBench(
  rounds: number,
  progress: (text: string) => void,
): Promise<readonly Figure[]> {
  return [
    ...(await memoryGraphBench(rounds, progress)),
    ...memoryTextBench(rounds, progress),
    ...(await memoryVectorBench(rounds, progress)),
    ...(await memoryReasonBench(rounds, progress)),
    ...(await memoryRecallBench(rounds, progress)),
    ...(await memoryWireBench(rounds, progress)),
  ];
}
