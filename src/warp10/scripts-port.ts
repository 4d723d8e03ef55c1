// The port that runs scripts on a Warp 10, for those whose text lies beside the code that knows
// what they mean.
import type { Clock } from "../runtime/clock.ts";
import type { Log } from "../runtime/log.ts";
import { grantedLimits } from "./counting.ts";
import { type ExecAnswer, type ExecOptions, execute } from "./exec.ts";
import type { ReadLimits } from "./hot.ts";
import { openWire } from "./http/wire.ts";
import type { GrantedLimits } from "./scripts.ts";

/** Running scripts with one token. */
export interface Scripts {
  /** Address of the server, for messages. */
  readonly server: string;
  /**
   * Runs a script once; no time-out but the caller's.
   * @throws CellarmanError as `execute` does; what says nothing of the script's end (no answer, an
   * answer that was cut, a proxy's 502 to 504) is "network", "incomplete-read" or retryable
   * "server".
   */
  run(script: string, options: ExecOptions, limits?: ReadLimits): Promise<ExecAnswer>;
  /** What the token may raise the script engine's limits to. */
  granted(limits?: ReadLimits): Promise<GrantedLimits>;
}

/** What scripts are run with. */
export interface ScriptsOptions {
  readonly url: string;
  readonly token: string;
  /** For people: `read token`. */
  readonly tokenName: string;
  readonly clock: Clock;
  readonly log?: Log;
}

/** Opens a Warp 10 for scripts; sends nothing yet. */
export function openScripts(options: ScriptsOptions): Scripts & { close(): Promise<void> } {
  const wire = openWire(options);
  let granted: Promise<GrantedLimits> | undefined;
  return {
    server: wire.base,
    run: (script, how, limits) => execute(wire, script, how, limits),
    granted: async (limits) => {
      granted ??= grantedLimits(wire, limits);
      try {
        return await granted;
      } catch (thrown) {
        granted = undefined;
        throw thrown;
      }
    },
    close: () => wire.agent.close(),
  };
}
