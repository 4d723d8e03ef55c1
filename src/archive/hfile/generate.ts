// One generation from its record to totals that several counts agree on: called, or found running
// and waited for; its result answered, collected, or proven missing.
import type { Stored } from "../../cellar/records.ts";
import type { Generation } from "../../ledger/generations.ts";
import type { Manifest } from "../../ledger/records.ts";
import { CellarmanError } from "../../runtime/errors.ts";
import { headerOf } from "../../warp10/http/head.ts";
import { type Abilities, limitsParam } from "./abilities.ts";
import { boundsOf, callScript, type HfileAnswer, readTotals, type ServerTotals } from "./answer.ts";
import type { HfileParam } from "./script.ts";
import { OverTime, runInSession, type SessionPorts, untilGone } from "./session.ts";

/** How HFDUMP is asked to write. */
export interface DumpForm {
  readonly compress: string;
  readonly blockSize: number;
}

/** What a generation came to. */
export interface Generated extends ServerTotals {
  readonly result: NonNullable<Manifest["hfile"]>["result"];
  readonly infosField: string | null;
  readonly fetched: bigint | null;
}

/** Calls HFDUMP for a new generation. Undefined: gone without a result. */
export async function beginGeneration(
  ports: SessionPorts,
  abilities: Abilities,
  { value, lastModifiedMs }: Stored<Generation>,
  form: DumpForm,
): Promise<Generated | undefined> {
  const call = {
    what: `generating ${value.file}`,
    params: dumpParams(value, abilities, form),
    timeboxMs: value.timeboxMs,
  };
  const ref = refOf(value, Math.max(ports.clock.now(), lastModifiedMs));
  const answer = await runInSession(ports, ref, call);
  if (answer) return answered(call.what, value, answer);
  return collect(ports, value);
}

/** Waits for a generation that another call began, and collects its result. */
export async function resumeGeneration(
  ports: SessionPorts,
  { value, lastModifiedMs }: Stored<Generation>,
): Promise<Generated | undefined> {
  const ref = refOf(value, lastModifiedMs);
  await untilGone(ports, ref);
  return collect(ports, value);
}

/**
 * The error for a generation that is gone without a result: its deadline ended it, or it failed.
 */
export function lostGeneration(
  { clock }: Pick<SessionPorts, "clock">,
  { value, lastModifiedMs }: Stored<Generation>,
): CellarmanError {
  if (clock.now() >= refOf(value, lastModifiedMs).deadlineMs) {
    const took = value.timeboxMs / 3_600_000;
    return new OverTime("limit", `${value.file} was not done within ${took} hours`, {
      hint: "The batch is split in two; raise batches.max-hours if this is how long it takes.",
    });
  }
  return new CellarmanError("incomplete-read", `the result of ${value.file} is lost`, {
    retryable: true,
    hint: "The extension shm keeps results for those who come later; doctor --hfiles shows it.",
  });
}

const refOf = ({ session, timeboxMs }: Generation, beganMs: number) => ({
  session,
  deadlineMs: beganMs + timeboxMs,
});

function dumpParams(
  value: Generation,
  abilities: Abilities,
  form: DumpForm,
): Record<string, HfileParam | undefined> {
  const { flow, period, batch, plan } = value;
  return {
    selector: value.selector,
    ...boundsOf({ start: BigInt(value.range.start), end: BigInt(value.range.end) }),
    file: value.file,
    compress: form.compress,
    blocksize: form.blockSize,
    attributes: { flow, period, batch, plan },
    mutex: value.mutex ?? undefined,
    keep: value.keep ?? undefined,
    progress: abilities.has("WSNAME") ? true : undefined,
    limits: limitsParam(abilities),
  };
}

function answered(what: string, value: Generation, answer: HfileAnswer): Generated {
  const totals = readTotals(what, answer.result);
  const said = headerOf(answer.headers, "x-warp10-fetched");
  const fetched = said !== undefined && /^\d+$/.test(said) ? BigInt(said) : null;
  return checked(what, value, totals, "answered", fetched);
}

/** What shared memory kept of a generation whose answer nobody read. */
async function collect(ports: SessionPorts, value: Generation): Promise<Generated | undefined> {
  const what = `collecting ${value.file}`;
  if (value.keep === null || value.mutex === null) return undefined;
  const params = { keep: value.keep, mutex: value.mutex };
  try {
    const asked = { deadlineMs: ports.limits.askMs };
    const { result } = await callScript(ports.scripts, "collect", { what, params }, asked);
    return checked(what, value, readTotals(what, result), "collected", null);
  } catch (thrown) {
    if (isNoResult(thrown)) return undefined;
    throw thrown;
  }
}

/** The server answers, and has nothing: the generation failed, or its server was started anew. */
const isNoResult = (thrown: unknown): boolean =>
  thrown instanceof CellarmanError && thrown.code === "server" && !thrown.retryable;

/**
 * Every count that there is must be the macro's, and every point within the bounds; else HFDUMP was
 * handed something else than it was asked for.
 */
function checked(
  what: string,
  value: Generation,
  totals: ServerTotals,
  result: Generated["result"],
  fetched: bigint | null,
): Generated {
  const wrong = (why: string): CellarmanError =>
    new CellarmanError("mismatch", `${what}: ${why}`, {
      retryable: true,
      hint: "Look at the file's infos by HFINFO; the next attempt generates it anew.",
    });
  const { points } = totals;
  // A server that does not count a dump says 0, or what little the script itself fetched.
  const counts = fetched !== null && (fetched > 0n || points === 0n);
  if (counts && fetched !== points) {
    throw wrong(`the macro counted ${points} points, the server fetched ${fetched}`);
  }
  const [start, end] = [BigInt(value.range.start), BigInt(value.range.end)];
  const outside = totals.totals.find((t) => t.first < start || t.last > end);
  if (outside) throw wrong(`${outside.identity} has points outside the bounds`);
  const { field, said } = pointsOfInfos(totals.infos, points);
  if (field !== null && said !== points) {
    throw wrong(`the macro counted ${points} points, the infos' ${field} says ${said}`);
  }
  return { ...totals, result, infosField: field, fetched: counts ? fetched : null };
}

/** Names that a number of points has been seen or can be thought to have. */
const POINTS_FIELD =
  /(^|[._-])(data)?points?$|^(n|nb|num)?_?(data)?points?$|^(data)?point_?count$/i;

/**
 * The field of HFDUMP's infos that says how many points there are: what it is called is not
 * documented, so one by its name, else one by its value.
 */
function pointsOfInfos(
  infos: unknown,
  points: bigint,
): { field: string | null; said: bigint | null } {
  const fields = numbersOf(infos);
  const named = fields.find(([name]) => POINTS_FIELD.test(name));
  if (named) return { field: named[0], said: named[1] };
  const equal = points > 1n ? fields.find(([, number]) => number === points) : undefined;
  return equal ? { field: equal[0], said: equal[1] } : { field: null, said: null };
}

function numbersOf(infos: unknown): [string, bigint][] {
  if (typeof infos !== "object" || infos === null || Array.isArray(infos)) return [];
  return Object.entries(infos).flatMap(([name, value]): [string, bigint][] => {
    if (typeof value === "number" && Number.isSafeInteger(value)) return [[name, BigInt(value)]];
    if (typeof value === "string" && /^\d{1,19}$/.test(value)) return [[name, BigInt(value)]];
    return [];
  });
}
