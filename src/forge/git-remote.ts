// What plain git tells without a checkout: a tag's commit, and the difference of two texts.
import { execFile, spawn } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

const ASK_MS = 30_000;

/** The commit of a tag of a remote repository; undefined: it cannot be told. */
export async function commitOfTag(url: string, tag: string): Promise<string | undefined> {
  try {
    const refs = [`refs/tags/${tag}`, `refs/tags/${tag}^{}`];
    const { stdout } = await run(
      "git",
      ["-c", "core.askPass=true", "ls-remote", "--", url, ...refs],
      { timeout: ASK_MS },
    );
    // An annotated tag has a second line, with the commit that it names.
    return /^[0-9a-f]{40}/.exec(stdout.trim().split("\n").at(-1) ?? "")?.[0];
  } catch {
    return undefined;
  }
}

/** The difference between a file and a text, as git shows it; empty where git cannot tell. */
export function diffWithFile(file: string, text: string): Promise<string> {
  return new Promise((resolve) => {
    const git = spawn("git", ["diff", "--no-index", "--no-color", "--", file, "-"]);
    let shown = "";
    git.stdout.setEncoding("utf8").on("data", (part: string) => (shown += part));
    git.once("error", () => resolve(""));
    git.once("close", () => resolve(shown));
    git.stdin.once("error", () => undefined).end(text);
  });
}
