// What the dynamics are named after comes out of them: the experiments of the literature on the product's own recall, with the
// parameters and seeds of test/support/recall-experiments.ts. One seed, or with OP_DBUS_LONG=1 all three.

import assert from "node:assert/strict";
import { test } from "node:test";
import { drm, LISTS } from "../../../test/support/recall-drm.ts";
import {
  DELAYS_MS,
  proactiveInterference,
  retroactiveInterference,
  SEEDS,
  semanticPriming,
  spacing,
  TRIALS,
} from "../../../test/support/recall-experiments.ts";

const seeds = process.env["OP_DBUS_LONG"] === "1" ? SEEDS : SEEDS.slice(0, 1);
console.log(`psychology: seeds ${seeds.join(", ")} of ${SEEDS.length}, ${TRIALS} trials a condition`);

const between = (value: number, min: number, max: number): void =>
  assert(value >= min && value <= max, `${value} is not within ${min} to ${max}`);

for (const seed of seeds) {
  test(`seed ${seed}: a related prime helps, by half every 300 ms; an unrelated one does not`, async () => {
    const { related, unrelated } = await semanticPriming(seed);
    const [first, after300, after600] = related;
    assert.deepEqual([unrelated.n, unrelated.mean, unrelated.high], [TRIALS, 0, 0]);
    assert(first!.low > unrelated.high);
    for (let n = 1; n < related.length; n++)
      assert(related[n]!.high < related[n - 1]!.low, `${DELAYS_MS[n]} ms`);
    between(after600!.mean / after300!.mean, 0.48, 0.54);
    assert(related.at(-1)!.mean < first!.mean / 100);
  });

  test(`seed ${seed}: five and more similar lists before take 20 to 30 %`, async () => {
    const { confidence, recallDrop } = await proactiveInterference(seed);
    between(confidence.low, 0.2, 0.3);
    between(confidence.high, 0.2, 0.3);
    between(recallDrop, 0.2, 0.3);
  });

  test(`seed ${seed}: what is learned between learning and retrieval takes 15 to 25 %`, async () => {
    const { confidence, recallDrop } = await retroactiveInterference(seed);
    between(confidence.low, 0.15, 0.25);
    between(confidence.high, 0.15, 0.25);
    between(recallDrop, 0.15, 0.25);
  });

  test(`seed ${seed}: spacing improves recall by 20 to 40 %, and time alone is what does it`, async () => {
    const { massed, spaced, improvement } = await spacing(seed);
    between(improvement, 0.2, 0.4);
    assert(spaced.low > massed.high);
  });

  test(`seed ${seed}: lures are recalled falsely in 50 to 70 % of ${LISTS} lists, in the evaluation`, () => {
    const { lureRecall, studiedRecall, unrelatedRecall, studiedRecognition, ...rest } = drm(seed);
    between(lureRecall.mean, 0.5, 0.7);
    between(studiedRecall.mean, 0.6, 0.7);
    between(studiedRecognition.mean, 0.75, 0.85);
    assert(unrelatedRecall.mean < 0.01);
    assert(rest.falseRecallD > 0.8);
    between(rest.surenessD, -0.3, 0.3);
  });
}
