// What `status` says of a period or a batch that is not there.
import { CellarmanError } from "../runtime/errors.ts";

/** The error for a period that is neither planned nor due. */
export const noPeriod = (flow: string, period: string): CellarmanError =>
  new CellarmanError("usage", `${flow} has no period ${period} that is planned or due`, {
    hint: `cellarman status ${flow} lists them.`,
  });

/** The error for a batch that is not in the period's plan. */
export const noBatch = (flow: string, period: string, batch: string): CellarmanError =>
  new CellarmanError("usage", `${flow} ${period} has no batch ${batch}`, {
    hint: `cellarman status ${flow} ${period} lists them.`,
  });
