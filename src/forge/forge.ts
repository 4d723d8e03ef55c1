// The port to where flows are kept: what the default branch says *now* (design §3, "The gate").

/** A repository that has a remote. Paths are from its top. */
export interface Forge {
  /** Name of the default branch, for messages. */
  readonly branch: string;
  /**
   * A local file's path from the repository's top; the file itself need not be there, its folder
   * must.
   */
  pathInside(file: string): Promise<string>;
  /**
   * A file's text on the default branch as it is now; undefined: the branch has no such file.
   * Throws when unsure.
   */
  fileNow(path: string): Promise<string | undefined>;
  /** A file's text on the default branch as last fetched; for what needs no network. */
  fileAsFetched(path: string): Promise<string | undefined>;
}
