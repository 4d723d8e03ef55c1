// Names of the files that a generation leaves: fresh each time, because HFDUMP never writes over a
// file, and ours by their form, so that nobody else's is ever touched.
import type { Clock } from "../../runtime/clock.ts";
import { CellarmanError } from "../../runtime/errors.ts";
import type { DumpedFile, HandOver } from "./hand-over.ts";
import type { HfileLimits } from "./limits.ts";

const EXTENSION = ".hfile";

/** The file of a generation. */
export const dumpFile = (batch: string, generation: string): string =>
  `cellarman-${batch}-${generation}${EXTENSION}`;

/** Whether a name is of a file that a generation of ours made, finished or not. */
export const isOwnName = (name: string): boolean =>
  /^cellarman-[0-9a-f]{8}-\d{5}-[0-9a-f]{32}(\.hfile)?(\.(info|gts))?(\.gz)?(\.tmp)?$/.test(name);

/** Names that a generation may leave: what stands beside the file is not documented exactly. */
export function ownNames(file: string): string[] {
  const stem = file.slice(0, -EXTENSION.length);
  return [file, ...["info", "gts"].flatMap((kind) => [`${file}.${kind}`, `${stem}.${kind}`])];
}

/** Names of the file's own infos, which HFDUMP writes when it is done. */
export const infoNames = (file: string): string[] =>
  ownNames(file).filter((name) => name.endsWith(".info"));

/** What files are looked for with. */
export interface FileSearch {
  readonly handOver: HandOver;
  readonly clock: Clock;
  readonly limits: HfileLimits;
}

/**
 * The file of a generation and its catalogue files, each of a size that stays the same. Called only
 * when the dump has returned, or is proven gone with its result. Throws "mismatch" without the
 * file.
 */
export async function findFiles(
  file: string,
  { handOver, clock, limits }: FileSearch,
  signal?: AbortSignal,
): Promise<readonly DumpedFile[]> {
  const look = async (): Promise<readonly DumpedFile[]> => {
    const found = await Promise.all(ownNames(file).map((name) => handOver.find(name, signal)));
    return found.filter((one) => one !== undefined);
  };
  const stepMs = Math.max(limits.stableMs, limits.appearMs / LOOKS);
  const latestMs = clock.now() + limits.appearMs;
  let before = await look();
  for (;;) {
    await clock.sleep(stepMs, signal);
    const after = await look();
    if (isSettled(before, after) && after.some((one) => one.name === file)) return after;
    if (clock.now() >= latestMs) throw unsettled(file, handOver.where, before, after);
    before = after;
  }
}

/** Looks at a file that does not appear, at the most. */
const LOOKS = 30;

const isSettled = (before: readonly DumpedFile[], after: readonly DumpedFile[]): boolean =>
  before.length === after.length &&
  after.every((a) => before.find((b) => b.name === a.name)?.bytes === a.bytes);

function unsettled(
  file: string,
  where: string,
  before: readonly DumpedFile[],
  after: readonly DumpedFile[],
): CellarmanError {
  if (!isSettled(before, after)) {
    return new CellarmanError("mismatch", `${file} still changes its size`, { retryable: true });
  }
  return new CellarmanError("mismatch", `there is no ${file} at ${where}`, {
    where,
    hint:
      "Check that export names the place that HFDUMP writes to (its configuration hfdump.dir), " +
      "as this machine sees it.",
  });
}
