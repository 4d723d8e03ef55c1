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

/** The attributes among these that thin a read, as `name=value`. */
export const thinningOf = (attributes: Readonly<Record<string, string>>): string[] =>
  THINNING.filter((name) => Object.hasOwn(attributes, name)).map(
    (name) => `${name}=${attributes[name]}`,
  );
