// The door for a scraper, where one is set: opened with the daemon, and what it tells. A place that somebody else has
// does not keep the daemon from its work: that is said in its log, counted, and shown by doctor.

import type { LocalAddress } from "../../base/setting.ts";
import { errorFields, type Log } from "../../base/log.ts";
import type { Telemetry } from "./model.ts";

/** What the door of server/http.ts is to this room. */
export interface ScrapeDoor {
  readonly address: string;
  close(): Promise<void>;
}
export interface ScrapeDoorOptions {
  readonly address: LocalAddress;
  readonly metrics: () => Promise<{ readonly type: string; readonly text: string }>;
  readonly healthy: () => boolean;
  readonly log: Log;
}

export interface ScrapeInput {
  readonly address: LocalAddress | null;
  readonly telemetry: Telemetry;
  readonly log: Log;
  readonly listen: (options: ScrapeDoorOptions) => Promise<ScrapeDoor>;
  /** Fires when the daemon shall stop. */
  readonly stop: AbortSignal;
}

/** null: none is set, or it could not be opened. */
export async function openScrape({
  address,
  telemetry,
  log,
  listen,
  stop,
}: ScrapeInput): Promise<ScrapeDoor | null> {
  if (address === null) return null;
  const { metrics: counted } = telemetry;
  const open = counted.gauge("scrape_open", "Whether metrics are served: 1 yes, 0 no");
  const scrapes = counted.counter("scrapes", "Times metrics were asked for over HTTP");
  open.set(0);
  try {
    const { PROMETHEUS_CONTENT_TYPE: type, prometheusText } =
      await import("../../telemetry/export/export.ts");
    const door = await listen({
      address,
      healthy: () => !stop.aborted,
      log,
      async metrics() {
        scrapes.add();
        return { type, text: prometheusText(await telemetry.read()) };
      },
    });
    open.set(1);
    log.info("serving metrics", { address: door.address });
    return door;
  } catch (error) {
    log.error("metrics are not served", errorFields(error));
    return null;
  }
}
