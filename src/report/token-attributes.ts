// Attributes of tokens that change what a read returns (facts warp10 §1.2, §6). Pure.

/** Read-token attributes that leave points or series out without a word. */
const THINNING = [
  ".start",
  ".end",
  ".count",
  ".pre",
  ".post",
  ".quietafter",
  ".activeafter",
  ".scope",
  ".nofetch",
  ".nofind",
];

/** Those that hide points of series that they list: no comparison of listings finds them out. */
const HIDING = [".start", ".end", ".count", ".pre", ".post"];

/** The attributes among these that hide points, as `name=value`. */
export const hidingPoints = (attributes: Readonly<Record<string, string>>): string[] =>
  HIDING.filter((name) => Object.hasOwn(attributes, name)).map(
    (name) => `${name}=${attributes[name]}`,
  );

/** The attributes among these that thin a read, as `name=value`. */
export const thinningOf = (attributes: Readonly<Record<string, string>>): string[] =>
  THINNING.filter((name) => Object.hasOwn(attributes, name)).map(
    (name) => `${name}=${attributes[name]}`,
  );
