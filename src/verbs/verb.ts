// What every verb gets and gives back. A verb parses nothing and prints nothing: main.ts does both.
import type { HfileLimits } from "../archive/hfile/limits.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Environment } from "../runtime/environment.ts";
import type { Log } from "../runtime/log.ts";
import type { PurgeLimits } from "../purge/limits.ts";
import type { Terminal } from "../runtime/progress.ts";

/** The outside world of one invocation. */
export interface Io {
  /** Data: what the verb says. */
  stdout(text: string): void;
  /** Talk. */
  stderr(text: string): void;
  readonly env: Environment;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  /** Undefined where stderr is no terminal. */
  readonly terminal?: Terminal;
  /**
   * Limits other than the tool's own, for tests: neither a flow nor a command line can say them.
   */
  readonly limits?: Partial<PurgeLimits> & {
    readonly storeStallMs?: number;
    readonly hotStallMs?: number;
    readonly hfile?: Partial<HfileLimits>;
    readonly hotDeadlineMs?: number;
  };
  /**
   * Runs one command line as a process of its own; data and talk go to stderr. Resolves to its exit
   * code.
   */
  spawn?(argv: readonly string[]): Promise<number>;
  /** Reads one line from a person; undefined where nobody sits. */
  ask?(question: string): Promise<string>;
}

/** Parsed options: flags are true when said. */
export type Options = Readonly<Record<string, string | boolean | undefined>>;

/** One invocation of a verb. */
export interface Invocation {
  readonly verb: string;
  readonly positionals: readonly string[];
  readonly options: Options;
  readonly io: Io;
  readonly log: Log;
  /** Random id of this process; every record names it. */
  readonly process: string;
}

/** What a verb ends with. */
export interface VerbResult {
  readonly exitCode: number;
  /** For people, on stdout. */
  readonly text: string;
  /** The documented document of `--json`, without its `schema`. */
  readonly json: Readonly<Record<string, unknown>>;
}

/** The text value of an option. */
export function textOption(options: Options, name: string): string | undefined {
  const value = options[name];
  return typeof value === "string" ? value : undefined;
}

/** Whether a flag was said. */
export const flagOption = (options: Options, name: string): boolean => options[name] === true;

/** The abort signal as a spread: absent where there is none. */
export const withSignal = (io: Io): { signal: AbortSignal } | Record<string, never> =>
  io.signal ? { signal: io.signal } : {};
