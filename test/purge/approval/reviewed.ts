// How a file came by a review, as a forge tells it.
import type { FileHistory } from "../../../src/forge/forge.ts";

/** A file that mallory's pull request brought, after alice's review. */
export const reviewedFile = (path: string, text: string): FileHistory => ({
  blob: "blob",
  text,
  pulls: [
    {
      number: 7,
      url: "https://github.example.net/7",
      base: "main",
      isFromFork: false,
      mergedMs: 20,
      author: { login: "mallory", isHuman: true },
      head: "head",
      pushers: [],
      isWhole: true,
      commits: [{ sha: "head", author: null, committer: null, isVerified: false }],
      files: [{ path, blob: "blob" }],
      reviews: [
        { by: { login: "alice", isHuman: true }, state: "approved", commit: "head", atMs: 10 },
      ],
    },
  ],
});
