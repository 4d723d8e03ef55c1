// How many calls one run may make: the repository's workflows share 1,000 an hour (facts
// github-actions §1.3).
import { CellarmanError } from "../../runtime/errors.ts";

/** Calls that a run may make for its alerts. */
export const CALLS_MAX = 20;

/** Counts calls down. */
export interface CallBudget {
  /** Takes one call. Throws "limit" when there is none left. */
  spend(): void;
  readonly spent: number;
}

/** A budget of so many calls. */
export function callBudget(most: number): CallBudget {
  let spent = 0;
  return {
    spend() {
      if (spent >= most) {
        throw new CellarmanError("limit", `${most} calls of GitHub's API are used up in this run`, {
          hint: "The next run goes on; other workflows of the repository need calls, too.",
        });
      }
      spent += 1;
    },
    get spent() {
      return spent;
    },
  };
}
