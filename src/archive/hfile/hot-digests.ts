// Digests of hot points by the same script that digests the archive: server against server.
import { CellarmanError } from "../../runtime/errors.ts";
import type { Hot, ReadLimits } from "../../warp10/hot.ts";
import type { Range } from "../../warp10/range.ts";
import type { Scripts } from "../../warp10/scripts-port.ts";
import type { SeriesTotals } from "../points.ts";
import { discover, limitsParam } from "./abilities.ts";
import { addTotals, boundsOf, callScript, readTotals, type ServerTotals } from "./answer.ts";
import { cutRange } from "../../plan/slices.ts";

/**
 * Points of one call at most, as far as is known: half a minute of silence on the way, which every
 * proxy lets pass (facts warp10 §13).
 */
const HOT_POINTS = 20_000_000n;

/**
 * What a batch's hot points are, as the server digests them. `points`: how many there are, about.
 */
export async function digestHot(
  { scripts, hot }: { readonly scripts: Scripts; readonly hot: Hot },
  selector: string,
  range: Range,
  limits?: ReadLimits,
  points = 0n,
): Promise<readonly SeriesTotals[]> {
  const abilities = await discover(scripts, limits);
  const { applications } = await hot.tokenFacts(limits);
  const fixed = {
    selector,
    oneApplication: applications.length === 1,
    limits: limitsParam(abilities),
  };
  const what = "digesting hot points";
  const read = async (part: Range): Promise<ServerTotals[]> => {
    try {
      const params = { ...fixed, ...boundsOf(part) };
      const { result } = await callScript(scripts, "digest-hot", { what, params }, limits);
      return [readTotals(what, result)];
    } catch (thrown) {
      const isLimit = thrown instanceof CellarmanError && thrown.code === "limit";
      if (!isLimit || part.start === part.end) throw thrown;
      const parts: ServerTotals[] = [];
      for (const half of cutRange(part, 2)) parts.push(...(await read(half)));
      return parts;
    }
  };
  const parts: ServerTotals[] = [];
  const slices = Number(points / HOT_POINTS) + 1;
  for (const slice of cutRange(range, slices)) parts.push(...(await read(slice)));
  return addTotals(parts);
}
