// `node bench/recall-psychology.ts`: the experiments of recall (test/support/recall-experiments.ts) and the false memories of the
// evaluation (test/support/recall-drm.ts), for each of the three seeds, as a table. Nothing here is about speed.

import { drm } from "../test/support/recall-drm.ts";
import {
  DELAYS_MS,
  proactiveInterference,
  RETENTION_DAYS,
  retroactiveInterference,
  SEEDS,
  semanticPriming,
  spacing,
  TRIALS,
  type Drop,
} from "../test/support/recall-experiments.ts";
import type { Summary } from "../test/support/statistics.ts";

const RETENTIONS_DAYS = [35, 70, RETENTION_DAYS, 180, 350];

const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
const share = ({ mean, low, high }: Summary): string =>
  `${percent(mean)} [${percent(low)}, ${percent(high)}]`;
const print = (text: string): void => void process.stdout.write(`${text}\n`);
const dropped = (name: string, { confidence, control, interfered, recallDrop }: Drop): void =>
  print(
    `  ${name}: confidence -${share(confidence)}; recalled ${share(control)} without, ${share(interfered)} with: -${percent(recallDrop)}`,
  );

print(`n = ${TRIALS} a condition; mean [95 % confidence interval]`);
for (const seed of SEEDS) {
  print(`seed ${seed}`);
  const { related, unrelated } = await semanticPriming(seed);
  for (const [n, delayMs] of DELAYS_MS.entries())
    print(`  semantic priming after ${delayMs} ms: +${share(related[n]!)}`);
  print(`  unrelated prime after ${DELAYS_MS[0]} ms: +${share(unrelated)}`);
  dropped("proactive", await proactiveInterference(seed));
  dropped("retroactive", await retroactiveInterference(seed));
  for (const days of RETENTIONS_DAYS) {
    const { massed, spaced, improvement } = await spacing(seed, days);
    print(
      `  spacing, test after ${days} days: ${share(massed)} massed, ${share(spaced)} spaced: +${percent(improvement)}`,
    );
  }
  const { lureRecall, studiedRecall, unrelatedRecall, studiedRecognition, ...rest } = drm(seed);
  print(`  false recall of lures ${share(lureRecall)}, of unrelated words ${share(unrelatedRecall)}`);
  print(`  recall of studied words ${share(studiedRecall)}, recognition ${share(studiedRecognition)}`);
  print(
    `  Cohen's d: false recall ${rest.falseRecallD.toFixed(2)}; sureness, studied over lure ${rest.surenessD.toFixed(2)}`,
  );
}
