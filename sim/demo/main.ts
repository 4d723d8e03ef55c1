// The program behind `npm run demo`: a month's way into the archive on stand-ins.
import { constants } from "node:os";
import { parseArgs } from "node:util";
import { asCellarmanError, CellarmanError } from "../../src/runtime/errors.ts";
import { runDemo } from "./demo.ts";
import type { SIZES } from "./fill.ts";

const USAGE = `usage: npm run demo [-- [--json] [--size full|small]]

Fills a stand-in Warp 10 with four months of monitoring data, archives one month into a stand-in
S3 bucket with the real command line, proves it, deletes it from hot, and checks every claim.
Needs no network but loopback. With --json one document on stdout, the story on stderr.
`;

process.exitCode = 1;
process.exitCode = await demo(process.argv.slice(2));

/** Runs the demo; returns the exit code. */
async function demo(args: readonly string[]): Promise<number> {
  const said = parse(args);
  if (typeof said === "string") {
    process.stderr.write(`${said}\n\n${USAGE}`);
    return 2;
  }
  if (said.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const { signal, stoppedBy } = untilStopped();
  const { stdout, stderr } = process;
  const story = said.json ? stderr : stdout;
  try {
    const document = await runDemo({
      size: said.size,
      tell: (text) => void story.write(text),
      talk: (text) => void stderr.write(text),
      signal,
      terminal: { isTty: stderr.isTTY, write: (text) => void stderr.write(text) },
    });
    if (said.json) stdout.write(`${JSON.stringify(document)}\n`);
    else stdout.write(`\n${document.ok ? "Done" : "FAILED"} in ${document.seconds} s.\n`);
    return document.ok ? 0 : 1;
  } catch (thrown) {
    const stopped = stoppedBy();
    if (stopped !== undefined) {
      stderr.write(`\nstopped by ${stopped}\n`);
      return 128 + constants.signals[stopped];
    }
    stderr.write(`\nThe demo failed: ${asCellarmanError(thrown).message}\n`);
    return 1;
  }
}

interface Asked {
  readonly help: boolean;
  readonly json: boolean;
  readonly size: keyof typeof SIZES;
}

/** What was asked for; a text: why that is not understood. */
function parse(args: readonly string[]): Asked | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        help: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        size: { type: "string", default: "full" },
      },
    });
    const { help, json, size } = values;
    if (size !== "full" && size !== "small") return `--size ${size}: expected full or small`;
    return { help, json, size };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Aborts at the first SIGINT or SIGTERM; a second one ends the process by default. */
function untilStopped(): { signal: AbortSignal; stoppedBy: () => NodeJS.Signals | undefined } {
  const controller = new AbortController();
  let by: NodeJS.Signals | undefined;
  const names = ["SIGINT", "SIGTERM"] as const;
  const stop = (name: NodeJS.Signals): void => {
    by = name;
    for (const other of names) process.off(other, stop);
    controller.abort(new CellarmanError("interrupted", `stopped by ${name}`));
  };
  for (const name of names) process.on(name, stop);
  return { signal: controller.signal, stoppedBy: () => by };
}
