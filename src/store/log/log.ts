// The log: frames appended in order, durable when acknowledged, by one process at a time. See format.ts for the bytes and
// docs/design/log.md for the rules; audit, journal and memory are logs.

export { openLog } from "./open.ts";
export { scanLog, type LogScan } from "./scan.ts";
export type { Frame, Log, LogOptions, LogRecord } from "./model.ts";
