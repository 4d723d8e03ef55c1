// The one reader of the environment.

/** Environment variables by name. */
export interface Environment {
  /**
   * Undefined where the variable is absent or empty: CI gives an absent secret as an empty string.
   */
  get(name: string): string | undefined;
}

/** The process's environment, as it is now. */
export function readEnvironment(): Environment {
  const variables = { ...process.env };
  return { get: (name) => variables[name] || undefined };
}
