// Whether the workflow that does the work still runs. Pure.
import { minute } from "../report/words.ts";
import { type Cause, cause } from "./trouble.ts";

/** What GitHub says of the workflow. */
export interface WorkflowSeen {
  /** File name, such as `offload.yml`. */
  readonly file: string;
  /** `active`, `disabled_inactivity`, `disabled_manually`, … */
  readonly state: string;
  readonly createdMs: number;
  /** End of its last successful run, ms; undefined: there was none. */
  readonly lastSuccessMs: number | undefined;
}

const DISABLED: Readonly<Record<string, string>> = {
  disabled_inactivity: "GitHub disabled its schedule: 60 days without activity in the repository",
  disabled_manually: "a person disabled it",
  disabled_fork: "it is disabled, because the repository is a fork",
  deleted: "it was deleted",
};

/**
 * What is wrong with the schedule; a workflow that is younger than `silentMs` need not have run.
 */
export function scheduleCauses(seen: WorkflowSeen, nowMs: number, silentMs: number): Cause[] {
  const { file, state, createdMs, lastSuccessMs } = seen;
  const found: Cause[] = [];
  if (state !== "active") {
    const why = DISABLED[state] ?? `GitHub says ${state}`;
    const enable = `Enable it: gh workflow enable ${file}`;
    found.push(cause(`schedule ${state}`, `${file} does not run: ${why}`, enable));
  }
  if ((lastSuccessMs ?? createdMs) < nowMs - silentMs) {
    const last =
      lastSuccessMs === undefined
        ? "no run of it ever succeeded"
        : `its last run that succeeded ended ${minute(lastSuccessMs)}`;
    const start = `Start it: gh workflow run ${file}; then look at what failed`;
    found.push(cause("no run", `${file}: ${last}`, start));
  }
  return found;
}
