// What people do meanwhile: approve, hold, lift, replan, withdraw. Each is a process of its own.
import { putHold, readHolds, serverId } from "../../src/cellar/holds.ts";
import { readNumbered, writeNumbered, writeRecord } from "../../src/cellar/records.ts";
import { readRuling } from "../../src/cellar/snapshot.ts";
import {
  type HoldScope,
  intentKey,
  liftKey,
  parseBatchRecordKey,
  supplementKey,
} from "../../src/ledger/keys.ts";
import { intentRecord } from "../../src/ledger/receipts.ts";
import { cutRange } from "../../src/plan/slices.ts";
import { CellarmanError } from "../../src/runtime/errors.ts";
import { randomId } from "../../src/runtime/random.ts";
import { approvalOf, sealsToApprove, writeApproval } from "../../src/verbs/approve.ts";
import { retirePlan } from "../../src/verbs/replan.ts";
import { withdrawSeal } from "../../src/verbs/withdraw.ts";
import { SOUND } from "./mutant.ts";
import { openProcess, type Process } from "./ports.ts";
import { Actor, Killed } from "./scheduler.ts";
import { HOUR_MS, PERIOD } from "./settings.ts";
import type { World } from "./world.ts";

type Deed = (world: World, process: Process, name: string) => Promise<string>;

/** Lets the others do something in between. */
const wait: Deed = async (world, { inv }, name) => {
  const turns = world.chance.below(`${name} waits`, 6);
  for (let i = 0; i < turns; i++) await inv.io.clock.sleep(1);
  return "";
};

/** Approves every verified seal that is not approved. */
export async function approve(world: World, { inv, flow, cold }: Process): Promise<string> {
  if (flow.purge.mode !== "approve") return "";
  const seals = await sealsToApprove(inv, { flow }, cold, PERIOD);
  if (seals.length === 0) return "";
  await writeApproval(cold, { flow: flow.name, period: PERIOD }, inv.process, approvalOf(seals));
  return `approved ${seals.length} seals`;
}

function scopesIn(world: World): [HoldScope, ...HoldScope[]] {
  const { name, source } = world.place.flow;
  const batches = world.bucket
    .keysUnder(`markers/${name}/${PERIOD}/`)
    .map((key) => key.split("/")[3] ?? "");
  return [
    { kind: "all" },
    { kind: "server", server: serverId(source.warp10) },
    { kind: "flow", flow: name },
    { kind: "period", flow: name, period: PERIOD },
    ...batches.map((batch): HoldScope => ({ kind: "batch", flow: name, period: PERIOD, batch })),
  ];
}

/** Holds something: all, the server, the flow, the period or a batch. */
export const hold: Deed = async (world, { inv, cold }, name) => {
  const scope = world.chance.oneOf(`${name} scope`, scopesIn(world));
  const value = { process: inv.process, by: "person", reason: "stop", finding: null } as const;
  await putHold(cold, scope, value);
  return `holds ${scope.kind}`;
};

/** Lifts every hold in force, a quarantine's finding included. */
export const lift: Deed = async (world, { inv, cold }) => {
  world.policyHeldAt = undefined;
  const { active } = await readHolds(cold, scopesIn(world));
  for (const { scope, hold: held } of active) {
    await writeNumbered(cold, (n) => liftKey(scope, n), {
      schema: "cellarman/lift/1",
      process: inv.process,
      hold: held.sha256,
      finding: held.value.finding,
      reason: "go on",
    });
  }
  return active.length === 0 ? "" : `lifts ${active.length} holds`;
};

const changePolicy: Deed = async (world) => {
  world.policyHeldAt = world.policyHeldAt === undefined ? ++world.effects : undefined;
  return world.policyHeldAt === undefined ? "lets go by policy" : "holds all by policy";
};

/** Retires the plan that rules. */
export const retire: Deed = async (_, { inv, flow, cold }) => {
  await retirePlan(inv, flow, cold, PERIOD, "other groups");
  return "retires the plan";
};

const withdraw: Deed = async (world, { inv, flow, cold }, name) => {
  const keys = world.bucket.keysUnder(`seals/${flow.name}/${PERIOD}/`);
  const key = keys[world.chance.below(`${name} seal`, keys.length)];
  const at = key === undefined ? undefined : parseBatchRecordKey(key);
  if (key === undefined || !at) return "";
  await withdrawSeal(cold, at, key, { process: inv.process, reason: "it looks wrong" });
  return `withdraws ${key}`;
};

/** Cuts a batch that nobody purges in two halves, by a supplement. */
const split: Deed = async (world, { inv, flow, cold }, name) => {
  const at = { flow: flow.name, period: PERIOD };
  const ruling = await readRuling(cold, at);
  const { batches = [] } = ruling ?? {};
  const batch = batches[world.chance.below(`${name} batch`, batches.length)];
  if (!ruling || !batch) return "";
  const intents = await readNumbered(
    cold,
    (n) => intentKey({ ...at, batch: batch.id }, n),
    intentRecord,
  );
  if (intents.length > 0) return "";
  const [start, end] = [BigInt(batch.range.start), BigInt(batch.range.end)];
  const id = randomId();
  const halves = cutRange({ start, end }, 2).map((range, i) => ({
    ...batch,
    id: `${id.slice(0, 8)}-0000${i}`,
    range: { start: String(range.start), end: String(range.end) },
    points: null,
    parents: [...batch.parents, batch.id],
  }));
  await writeRecord(cold, supplementKey(at, id), {
    schema: "cellarman/supplement/1",
    ...at,
    process: inv.process,
    plan: ruling.plan.sha256,
    reason: "split",
    replaces: [batch.id],
    batches: halves,
  });
  return `splits ${batch.id}`;
};

const DEEDS: readonly [Deed, ...Deed[]] = [
  approve,
  lift,
  lift,
  lift,
  lift,
  hold,
  changePolicy,
  retire,
  split,
  split,
  withdraw,
];

/** Does one thing as a process of its own. */
export async function does(world: World, actor: Actor, deed: Deed, name: string): Promise<void> {
  const life = actor.begin(randomId(), "person", world.storeMs());
  try {
    const said = await deed(world, openProcess(world, life, SOUND), name);
    if (said !== "") world.tell(actor.name, said);
  } catch (thrown) {
    if (!(thrown instanceof Killed) && !(thrown instanceof CellarmanError)) throw thrown;
    world.tell(actor.name, `fails: ${thrown.message}`);
  }
  actor.end();
}

/** Somebody who does something now and then. */
export function newPerson(world: World, deeds: number): Actor {
  return new Actor("person", async (self) => {
    for (let i = 0; i < deeds && !world.isOver; i++) {
      const name = `person deed ${i}`;
      await does(world, self, wait, name);
      if (world.isOver) return;
      const first = world.chance.fraction(`${name} approves`) < 0.75;
      await does(world, self, first ? approve : world.chance.oneOf(name, DEEDS), name);
      if (world.chance.fraction(`${name} rests`) < 0.2) world.pass(HOUR_MS, "an hour passes");
    }
  });
}
