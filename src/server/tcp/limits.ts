// The limits of the memory's door as one value: tests cannot wait, or send, so much.

import { LIMITS } from "../../base/limits.ts";

export const WIRE_LIMITS = Object.freeze({
  messageBytesMax: LIMITS.memoryMessageBytesMax,
  tokenBytesMax: LIMITS.memoryTokenBytesMax,
  smallMessageBytes: LIMITS.memorySmallMessageBytes,
  waitingBytesMax: LIMITS.memoryWaitingBytesMax,
  answersBytesMax: LIMITS.memoryAnswersBytesMax,
  changesUnderWayMax: LIMITS.memoryChangesUnderWayMax,
  readsUnderWayMax: LIMITS.memoryReadsUnderWayMax,
  connectionsMax: LIMITS.memoryConnectionsMax,
  greetingDeadlineMs: LIMITS.memoryGreetingDeadlineMs,
  messageDeadlineMs: LIMITS.memoryMessageDeadlineMs,
  messageDeadlineMsPerMiB: LIMITS.memoryMessageDeadlineMsPerMiB,
  unreadDeadlineMs: LIMITS.memoryUnreadDeadlineMs,
  idleDeadlineMs: LIMITS.memoryIdleDeadlineMs,
  requestDeadlineMs: LIMITS.memoryRequestDeadlineMs,
  deadlineEveryMs: LIMITS.memoryDeadlineEveryMs,
  ratePauseMs: LIMITS.memoryRatePauseMs,
  drainDeadlineMs: LIMITS.memoryDrainDeadlineMs,
});
export type WireLimits = { readonly [N in keyof typeof WIRE_LIMITS]: number };
