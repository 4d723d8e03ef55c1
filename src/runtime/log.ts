// Talk for people: always on stderr, never on stdout (stdout carries data).

/** Where talk goes. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
  /** Detail that only `--verbose` shows. */
  debug(message: string): void;
}

/** A log that says nothing. */
export const silentLog: Log = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  debug: () => undefined,
};
