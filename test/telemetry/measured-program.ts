// A small program that measures itself, in the way that every part of the product does: the test builds it both ways.

import { MEASURED } from "../../src/telemetry/measured.ts";
import { createMetrics } from "../../src/telemetry/metrics/metrics.ts";
import { openTracer, ringMaker, TRACE_PRESETS } from "../../src/telemetry/trace/trace.ts";

const settings = TRACE_PRESETS.development;
const metrics = MEASURED ? createMetrics() : null;
const tracer = MEASURED ? openTracer({ ring: ringMaker(settings)(0), settings }) : null;
const calls = MEASURED ? metrics!.counter("program_calls", "Calls") : null;
const bus = MEASURED ? tracer!.source("bus") : null;

function call(n: number): number {
  const startNs = MEASURED ? tracer!.nowNs() : 0;
  const answer = n * n;
  if (MEASURED) {
    calls!.add();
    bus!.span(startNs, tracer!.nowNs(), 0, 0, 0, 0, answer, 0, false);
  }
  return answer;
}

process.stdout.write(`${call(3) + call(4)} ${MEASURED ? metrics!.read()[0]!.value : "unmeasured"}\n`);
