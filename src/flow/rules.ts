// What the sections of a flow have to say to one another.
import type { Rule } from "./rule.ts";
import { exportKeysFitFormat, handOverHasItsPlace, proofHasItsStore } from "./rules-export.ts";
import {
  labelsAreNotTheTokens,
  probesDiffer,
  secretsDiffer,
  selectorsDiffer,
} from "./rules-names.ts";
import {
  fenceClosesInTime,
  firstFitsEvery,
  keepHotCoversAPeriod,
  purgeNeedsAFence,
  sliceFitsPeriod,
} from "./rules-time.ts";
import {
  purgeRunsElsewhere,
  retryWaitsGrow,
  shardsHaveWork,
  slackBotNeedsAChannel,
} from "./rules-work.ts";

/** Every rule, in the order in which they are reported at one place. */
export const RULES: readonly Rule[] = [
  keepHotCoversAPeriod,
  firstFitsEvery,
  sliceFitsPeriod,
  fenceClosesInTime,
  purgeNeedsAFence,
  selectorsDiffer,
  labelsAreNotTheTokens,
  secretsDiffer,
  retryWaitsGrow,
  shardsHaveWork,
  probesDiffer,
  exportKeysFitFormat,
  handOverHasItsPlace,
  proofHasItsStore,
  purgeRunsElsewhere,
  slackBotNeedsAChannel,
];
