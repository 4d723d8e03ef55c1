// A call that may last for hours. It has a name on the server, unguessable; when its connection
// drops, the script goes on (facts warp10 §1.1), and this waits until it is proven gone. Whoever
// stops this kills it: WSKILLSESSION, never WSSTOPSESSION, which answers 200 with half a result.
import type { Clock } from "../../runtime/clock.ts";
import { asCellarmanError, CellarmanError } from "../../runtime/errors.ts";
import type { Log } from "../../runtime/log.ts";
import type { Scripts } from "../../warp10/scripts-port.ts";
import { z } from "zod";
import { callScript, type HfileAnswer, type HfileCall } from "./answer.ts";
import type { HfileLimits } from "./limits.ts";

/** How far a session is, as the server tells. */
export interface SessionProgress {
  readonly series: bigint;
  readonly points: bigint;
}

/** What a session is watched with. */
export interface SessionPorts {
  readonly scripts: Scripts;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: HfileLimits;
  /** Whether the server has WSINFO (extension stackps). */
  readonly listsSessions: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: SessionProgress) => void;
}

/** A session that runs, or ran. */
export interface SessionRef {
  readonly session: string;
  /** When the server itself ends it at the latest, ms since the epoch. */
  readonly deadlineMs: number;
}

/**
 * Runs a script in a session. Undefined: the connection was lost, and the session is proven gone;
 * what it did must be collected. Throws what the script failed with; "stalled" when its time box
 * ended it; the signal's reason, after the session was killed.
 */
export async function runInSession(
  ports: SessionPorts,
  ref: SessionRef,
  call: HfileCall & { readonly timeboxMs: number },
): Promise<HfileAnswer | undefined> {
  const { clock, limits, signal } = ports;
  const headers = {
    ...call.headers,
    "X-Warp10-WarpScriptSession": ref.session,
    "X-Warp10-Timebox": String(call.timeboxMs),
  };
  const deadlineMs = ref.deadlineMs - clock.now() + limits.deadlineMarginMs;
  const done = new AbortController();
  const silent = new AbortController();
  const watching = watch(ports, ref, done.signal, silent);
  try {
    const stops = [silent.signal, ...(signal ? [signal] : [])];
    const reading = { deadlineMs, signal: AbortSignal.any(stops) };
    return await callScript(ports.scripts, "dump", { ...call, headers }, reading);
  } catch (thrown) {
    if (signal?.aborted) {
      await kill(ports, ref);
      signal.throwIfAborted();
    }
    const error = asCellarmanError(thrown);
    if (isTimeBox(error)) throw overTime(call, error);
    if (!saysNothing(error)) throw error;
    ports.log.warn(`${call.what}: the connection was lost (${error.message}); looking for it`);
  } finally {
    done.abort();
    await watching;
  }
  await untilGone(ports, ref);
  return undefined;
}

/** Waits until a session that another call began is proven gone. */
export async function untilGone(ports: SessionPorts, ref: SessionRef): Promise<void> {
  const { clock, limits, signal } = ports;
  const latestMs = ref.deadlineMs + limits.deadlineMarginMs;
  let looks = 0;
  while (clock.now() < latestMs) {
    if (signal?.aborted) {
      await kill(ports, ref);
      signal.throwIfAborted();
    }
    const running = ports.listsSessions ? await look(ports, ref) : undefined;
    looks = running === false ? looks + 1 : 0;
    if (looks >= limits.goneLooks) return;
    const waitMs = Math.min(limits.pollMs, latestMs - clock.now());
    // The session is killed at the next turn, not left behind by a sleep that throws.
    await clock.sleep(Math.max(waitMs, 1), signal).catch(() => undefined);
  }
}

/** Whether a session runs; undefined: nobody can tell just now. */
async function look(ports: SessionPorts, { session }: SessionRef): Promise<boolean | undefined> {
  try {
    const running = await askRunning(ports, session);
    const [first] = running;
    if (first) ports.onProgress?.(first);
    return running.length > 0;
  } catch (thrown) {
    ports.log.debug(`looking for a session: ${asCellarmanError(thrown).message}`);
    return undefined;
  }
}

const count = z.union([z.string().regex(/^\d+$/), z.number().int().nonnegative()]);
const sessionResult = z.object({
  running: z.array(z.object({ points: count, series: count, name: z.unknown() })),
});

async function askRunning(ports: SessionPorts, session: string): Promise<SessionProgress[]> {
  const call = { what: "looking for a session", params: { session } };
  const { result } = await callScript(ports.scripts, "session", call, {
    deadlineMs: ports.limits.askMs,
  });
  const parsed = sessionResult.safeParse(result);
  if (!parsed.success) {
    throw new CellarmanError("unreadable", "WSINFO told something unknown", {
      cause: parsed.error,
    });
  }
  return parsed.data.running.map(({ points, series, name }) => ({
    points: counted(name) ?? BigInt(points),
    series: BigInt(series),
  }));
}

/** Points as the dump itself tells them in its name: not every server counts a dump's fetches. */
function counted(name: unknown): bigint | undefined {
  const points = /^points=(\d+) /.exec(String(name))?.[1];
  return points === undefined ? undefined : BigInt(points);
}

/** Kills a session; that it cannot be reached is said and changes nothing: its time box ends it. */
async function kill(ports: SessionPorts, { session }: SessionRef): Promise<void> {
  try {
    const call = { what: "killing a session", params: { session } };
    await callScript(ports.scripts, "kill", call, { deadlineMs: ports.limits.askMs });
  } catch (thrown) {
    const said = asCellarmanError(thrown).message;
    ports.log.warn(`a generation could not be killed, its deadline will end it: ${said}`);
  }
}

/**
 * Shows how far a session is until `done` aborts. A session that was seen running and is gone
 * without an answer had its connection dropped in silence on the way: `silent` ends the wait for
 * it.
 */
async function watch(
  ports: SessionPorts,
  ref: SessionRef,
  done: AbortSignal,
  silent: AbortController,
): Promise<void> {
  if (!ports.listsSessions) return;
  const { clock, limits } = ports;
  let [wasSeen, missing] = [false, 0];
  for (;;) {
    try {
      await clock.sleep(limits.pollMs, done);
    } catch {
      return;
    }
    if (done.aborted) return;
    const running = await look(ports, ref);
    wasSeen ||= running === true;
    missing = wasSeen && running === false ? missing + 1 : 0;
    if (missing < limits.goneLooks) continue;
    silent.abort(new CellarmanError("network", "it has ended, and no answer came"));
    return;
  }
}

/** Failures that say nothing of the script's end: it may run on. */
function saysNothing({ code, retryable }: CellarmanError): boolean {
  if (code === "network" || code === "stalled" || code === "incomplete-read") return true;
  return code === "server" && retryable;
}

const isTimeBox = ({ code, message }: CellarmanError): boolean =>
  code === "limit" && /TIMEBOX|time limit/.test(message);

/** The error of a generation that its deadline ended: the batch is split, not repeated. */
export class OverTime extends CellarmanError {}

/** Whether the last of an error's attempts was ended by its deadline. */
export function isOverTime(error: CellarmanError): boolean {
  const { cause } = error;
  const last: unknown = cause instanceof AggregateError ? cause.errors.at(-1) : error;
  return last instanceof OverTime;
}

const overTime = (call: HfileCall & { timeboxMs: number }, cause: CellarmanError): OverTime =>
  new OverTime("limit", `${call.what}: not done within ${call.timeboxMs / 3_600_000} hours`, {
    hint: "The batch is split in two; raise batches.max-hours if this is how long it takes.",
    cause,
  });
