// doctor --hfiles: what is not documented of the HFiles extension, or differs from server to
// server, looked up on this one; each line with the command that settles it. Writes no file.
import { type Abilities, discover } from "../archive/hfile/abilities.ts";
import { callScript } from "../archive/hfile/answer.ts";
import { openHandOver } from "../archive/hfile/hand-over.ts";
import { isOwnName } from "../archive/hfile/names.ts";
import { HFILE_LIMITS } from "../archive/hfile/limits.ts";
import type { Cellar } from "../cellar/s3.ts";
import type { EnvName, Flow, HFileExport } from "../flow/flow.ts";
import { asCellarmanError, CellarmanError } from "../runtime/errors.ts";
import { randomId } from "../runtime/random.ts";
import { openScripts, type Scripts } from "../warp10/scripts-port.ts";
import { bad, examine, type Finding, ok, weak } from "./doctor-finding.ts";
import { examineHistory } from "./doctor-hfiles-history.ts";
import type { Invocation } from "./verb.ts";

const ASKED = { deadlineMs: HFILE_LIMITS.askMs };

/** One line for an ordinary `doctor`: what of this flow's archive is proven at all. */
export function proofFinding({ export: form }: Flow): Finding[] {
  if (form.format !== "hfile") return [];
  const check = "proof of the archive";
  if (form.store) return [ok(check, `HFFETCH of store ${form.store.name}`)];
  const seen =
    "proof: dump-digest: what HFDUMP's macro was handed is known, not what the files hold; " +
    "nothing is ever purged";
  return [weak(check, seen, "Name export.store once a Warp 10 serves the files.")];
}

/** Every check of `--hfiles` on one flow. */
export async function examineHfiles(
  inv: Invocation,
  flow: Flow,
  cold: Cellar | undefined,
): Promise<Finding[]> {
  const { export: form } = flow;
  if (form.format !== "hfile") return [ok("hfiles", "this flow writes Parquet")];
  return [
    ...(await examineDumping(inv, flow)),
    ...(await examineStore(inv, form)),
    ...(await examinePlace(inv, form, cold)),
    ...(await examineHistory(inv, flow, cold)),
  ];
}

async function withScripts(
  inv: Invocation,
  check: string,
  { url, token }: { readonly url: string; readonly token: EnvName },
  work: (scripts: Scripts) => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  const value = inv.io.env.get(token.env);
  if (value === undefined) {
    return [weak(check, `${token.env} is not set`, `Set ${token.env}; the flow names it.`)];
  }
  return examine(check, inv.io.signal, async () => {
    const { clock } = inv.io;
    const scripts = openScripts({ url, token: value, tokenName: check, clock, log: inv.log });
    try {
      return await work(scripts);
    } finally {
      await scripts.close();
    }
  });
}

async function examineDumping(inv: Invocation, flow: Flow): Promise<readonly Finding[]> {
  const place = { url: flow.source.warp10, token: flow.source.readToken };
  return withScripts(inv, "HFDUMP", place, async (scripts) => {
    const has = await discover(scripts, ASKED);
    return [
      word(has, "HFDUMP", "hfdump"),
      ...judgeSessions(has),
      ...(has.has("WSINFO") ? [await trySession(inv, scripts)] : []),
      judgeKeeping(has),
      judgeEngine(has),
      await tryTimeBox(scripts),
    ];
  });
}

/** A word of the extension, and the capability that it demands. */
function word(has: Abilities, name: string, capability: string): Finding {
  if (!has.has(name)) {
    return bad(
      name,
      "the server does not know it",
      "Load the HFiles extension (warpscript.extension.hfstore) and start the server anew.",
    );
  }
  if (Object.hasOwn(has.capabilities, capability)) return ok(name, "there, and allowed");
  const seen = `there; the token has no capability ${capability}`;
  return weak(name, seen, `Give the token the attribute .cap:${capability}.`);
}

function judgeSessions(has: Abilities): Finding[] {
  const check = "sessions can be listed";
  if (has.has("WSINFO") && has.has("WSKILLSESSION")) return [ok(check, "WSINFO, WSKILLSESSION")];
  const seen =
    "the extension stackps is not loaded: a lost connection is waited for until the deadline " +
    "that was sent, a stopped one runs on until then, and no progress is shown";
  const load =
    "warpscript.extension.stackps = io.warp10.script.ext.stackps.StackPSWarpScriptExtension";
  return [weak(check, seen, `Load it: ${load}`)];
}

const BUSY = "<% true %> <% %> WHILE";

/** A script that runs for two seconds is listed by its session, and killed by it. */
async function trySession(inv: Invocation, scripts: Scripts): Promise<Finding> {
  const check = "a session is seen and killed";
  const session = randomId();
  const headers = { "X-Warp10-WarpScriptSession": session, "X-Warp10-Timebox": "5000" };
  const running = scripts.run(BUSY, { what: "a busy script", headers }, ASKED).then(
    () => undefined,
    (thrown: unknown) => asCellarmanError(thrown).message,
  );
  await inv.io.clock.sleep(500, inv.io.signal);
  const params = { session };
  const seen = await callScript(scripts, "session", { what: check, params }, ASKED);
  const killed = await callScript(scripts, "kill", { what: check, params }, ASKED);
  await running;
  const said = `${JSON.stringify(seen.result)}, ${JSON.stringify(killed.result)}`;
  const isListed = JSON.stringify(seen.result).includes('"uuid"');
  const isKilled = JSON.stringify(killed.result).includes('"1"');
  if (isListed && isKilled) return ok(check, "listed once, signalled once");
  return weak(check, said, "Ask: POST /api/v0/exec with 'ID' WSINFO while a script of ID runs.");
}

function judgeKeeping(has: Abilities): Finding {
  const check = "a result is kept for who comes later";
  const words = ["MUTEX", "SHMSTORE", "SHMLOAD"];
  const missing = words.filter((name) => !has.has(name));
  const barred = words.map((name) => name.toLowerCase()).filter((c) => !(c in has.capabilities));
  const load =
    "warpscript.extension.shm = io.warp10.script.ext.shm.SharedMemoryWarpScriptExtension";
  if (missing.length > 0) {
    const seen =
      `no ${missing.join(", ")}: after a lost connection the batch is read once more, and ` +
      "nothing on the server keeps two generations of one batch apart";
    return weak(check, seen, `Load it: ${load}`);
  }
  if (barred.length === 0) return ok(check, "MUTEX, SHMSTORE, SHMLOAD, all allowed");
  const attributes = barred.map((c) => `.cap:${c}`).join(", ");
  return bad(
    check,
    `there, and not allowed: ${barred.join(", ")}`,
    `Give the token ${attributes}.`,
  );
}

/** Operations that a digest costs for each point, about. */
const OPERATIONS_A_POINT = 12;

function judgeEngine({ limits }: Abilities): Finding {
  const check = "limits of the script engine";
  const said = Object.entries(limits).map(([name, ceiling]) => `${name} ${ceiling}`);
  const operations = limits["operations"];
  if (operations === undefined) {
    const advice = "Give the read token .cap:limits, or .cap:maxops and .cap:limit with numbers.";
    return bad(check, "the token may raise none: a dump ends at the server's default", advice);
  }
  const points = Math.floor(Number(operations) / OPERATIONS_A_POINT);
  if (points > 1e9) return ok(check, said.join(", "));
  const seen = `${said.join(", ")}: a batch may have about ${points} points`;
  return weak(
    check,
    seen,
    "Raise warpscript.maxops.hard, or the number in the token's .cap:maxops.",
  );
}

async function tryTimeBox(scripts: Scripts): Promise<Finding> {
  const check = "the time box ends a script";
  try {
    const headers = { "X-Warp10-Timebox": "300" };
    await scripts.run(BUSY, { what: "a busy script", headers }, { deadlineMs: 10_000 });
  } catch (thrown) {
    const { code, message } = asCellarmanError(thrown);
    if (code === "limit" && /TIMEBOX|time limit/.test(message)) return ok(check, "after 0.3 s");
    return weak(check, message, "Set egress.maxtime and egress.maxtime.hard on the server.");
  }
  return weak(check, "it ran to its end", "Look for a proxy that drops X-Warp10-Timebox.");
}

async function examineStore(inv: Invocation, form: HFileExport): Promise<readonly Finding[]> {
  const { store } = form;
  if (!store) return [];
  return withScripts(inv, "HFFETCH", { url: store.warp10, token: store.token }, async (scripts) => {
    const has = await discover(scripts, ASKED);
    return ["HFFETCH", "HFOPEN", "HFCAT", "HFRESCAN", "HFINFO"].map((name) =>
      word(has, name, name.toLowerCase()),
    );
  });
}

/** The place of the dumps must say that a file is absent, not fail. */
async function examinePlace(
  inv: Invocation,
  form: HFileExport,
  cold: Cellar | undefined,
): Promise<readonly Finding[]> {
  const check = `hand-over ${form.handOver.kind}`;
  if (!cold) return [weak(check, "the bucket cannot be read", "See above.")];
  return examine(check, inv.io.signal, async () => {
    const place = openHandOver(form.handOver, { large: cold.large, clock: inv.io.clock });
    try {
      const names = await place.list();
      if (await place.find(`cellarman-doctor-${randomId()}.hfile`)) {
        throw new CellarmanError(
          "unreadable",
          `${place.where} answers for files that are not there`,
        );
      }
      const ours = names?.filter(isOwnName).length;
      return [ok(check, `${place.where}${names ? `, ${ours} of ${names.length} files ours` : ""}`)];
    } finally {
      await place.close();
    }
  });
}
