// A series in two flows of one Warp 10, one of which may purge, is an error naming both (design §3,
// "Between flows").
import { CellarmanError } from "../runtime/errors.ts";
import type { Hot } from "../warp10/hot.ts";
import { encodeSelector } from "../warp10/selector.ts";
import { identityHash, identityOf } from "../warp10/series.ts";
import type { Flow } from "../flow/flow.ts";
import { findShared, HashSpool, inSpoolFolder } from "../warp10/spool.ts";
import { type FlowFile, openReader, readFlows } from "./open.ts";
import type { Invocation } from "./verb.ts";

/** Series that another flow of the same server has as well. */
export interface Shared {
  readonly other: string;
  readonly series: bigint;
}

/**
 * Throws "blocked" when a series of this flow is in another flow of the same server and either may
 * purge.
 */
export async function assertDisjoint(inv: Invocation, at: FlowFile, hot: Hot): Promise<void> {
  // A flow that is not valid has no plan made for it: it is compared when it is valid again.
  const { files } = await readFlows(inv);
  const [first] = await sharedSeries(inv, at, hot, files);
  if (!first) return;
  throw new CellarmanError(
    "blocked",
    `${first.series} series are in both flows ${at.flow.name} and ${first.other}, ` +
      "one of which may purge",
    { hint: "Narrow source.select of one of them: what one purges, the other would miss." },
  );
}

/** Every flow of the same server that has series of this one, where either may purge. */
export async function sharedSeries(
  inv: Invocation,
  at: FlowFile,
  hot: Hot,
  flows: readonly FlowFile[],
): Promise<Shared[]> {
  const others = flows.filter((other) => isRival(at.flow, other.flow));
  if (others.length === 0) return [];
  return inSpoolFolder(async (folder) => {
    const found: Shared[] = [];
    const mine = new HashSpool(folder, "mine");
    await spoolFlow(hot, at.flow, mine);
    for (const [i, other] of others.entries()) {
      const theirs = new HashSpool(folder, `other-${i}`);
      const reader = await openReader(inv, other);
      try {
        await spoolFlow(reader, other.flow, theirs);
      } finally {
        await reader.close();
      }
      const series = await findShared(mine, theirs);
      if (series > 0n) found.push({ other: other.flow.name, series });
    }
    return found;
  });
}

function isRival(mine: Flow, other: Flow): boolean {
  if (other.name === mine.name || other.source.warp10 !== mine.source.warp10) return false;
  return mine.purge.mode !== "never" || other.purge.mode !== "never";
}

async function spoolFlow(hot: Hot, flow: Flow, spool: HashSpool): Promise<void> {
  for (const root of flow.source.select) {
    for await (const series of hot.find(encodeSelector(root))) {
      await spool.add(identityHash(identityOf(series)));
    }
  }
}
