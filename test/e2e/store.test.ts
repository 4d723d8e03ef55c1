// A store that is missing, closed, full, versioned or loses what it is given: clear errors, and
// every run converges.
import { readFile, writeFile } from "node:fs/promises";
import { afterEach, describe, expect, it } from "vitest";
import { STORE_FULL } from "../../sim/cellar/faults.ts";
import { READ_ONLY } from "../../sim/cellar/protocol.ts";
import { BUCKET, type World } from "../../sim/world.ts";
import { openClient } from "../../src/cellar/client.ts";
import { placeOf } from "../../src/cellar/place.ts";
import {
  expectConverges,
  expectNothingLost,
  expectRun,
  failure,
  GRACE_OVER,
  hotPoints,
  keysOf,
  purgeable,
  staged,
} from "../support/stage.ts";

let world: World;
afterEach(async () => world.close());

const READER = { accessKeyId: "reader", secretAccessKey: "readers-secret", grants: READ_ONLY };

/** Changes the text of the world's flow. */
async function editFlow(from: string, to: string): Promise<void> {
  const file = `${world.flows}/world.yaml`;
  await writeFile(file, (await readFile(file, "utf8")).replace(from, to));
}

function becomeReader(): void {
  world.env.set("KEY_ID", READER.accessKeyId);
  world.env.set("SECRET_KEY", READER.secretAccessKey);
}

describe("a bucket that is not there", () => {
  it.each(["plan", "archive", "verify", "purge", "status", "report", "doctor"])(
    "%s: exit 10, naming it",
    async (verb) => {
      world = await staged();
      await editFlow(`bucket: ${BUCKET}`, "bucket: no-such-bucket");
      const said = await world.run(verb);
      expect(said.code).toBe(10);
      expect(said.stdout + said.stderr).toContain("no-such-bucket");
      expect(world.hotPoints).toBe(60);
    },
  );

  it("and then is: the same commands converge", async () => {
    world = await staged();
    await editFlow(`bucket: ${BUCKET}`, "bucket: no-such-bucket");
    const said = await failure(world, "plan");
    expect(said).toMatchObject({ exit: 10, code: "store-missing" });
    expect(said.hint).toContain("archive.bucket");
    await editFlow("bucket: no-such-bucket", `bucket: ${BUCKET}`);
    await expectConverges(world);
  });
});

describe("keys that may not", () => {
  it("a wrong secret: exit 12, with what to check", async () => {
    world = await staged();
    world.env.set("SECRET_KEY", "another-secret");
    const said = await failure(world, "plan");
    expect(said).toMatchObject({ exit: 12, code: "not-authorised" });
    expect(said.hint).toContain("key pair");
  });

  it("a key that only reads: plan and archive exit 12, and nothing is half there", async () => {
    world = await staged({ credentials: [READER] });
    becomeReader();
    expect(await failure(world, "plan")).toMatchObject({ exit: 12, code: "not-authorised" });
    expect(keysOf(world)).toEqual([]);
    world.env.set("KEY_ID", world.cellar.accessKeyId);
    world.env.set("SECRET_KEY", world.cellar.secretAccessKey);
    await expectRun(world, 0, "plan");
    becomeReader();
    await expectRun(world, 12, "archive");
    expect(keysOf(world, "seals/")).toEqual([]);
  });

  it("a key that only reads, at the purge: no intent, no delete", async () => {
    world = await purgeable({
      credentials: [READER],
      flow: [
        "period: { first: 2025-11 }",
        "purge: { mode: automatic, write-fence: { accept-risk: the test has no writers } }",
      ].join("\n"),
    });
    const before = hotPoints(world);
    becomeReader();
    expect(await failure(world, "purge")).toMatchObject({ exit: 12, code: "not-authorised" });
    expect(hotPoints(world)).toEqual(before);
    world.env.set("KEY_ID", world.cellar.accessKeyId);
    world.env.set("SECRET_KEY", world.cellar.secretAccessKey);
    await expectConverges(world, before);
  });
});

describe("a full store, where writes hang", () => {
  const limits = { storeStallMs: 300 };
  const flow = [
    "period: { first: 2025-11 }",
    "run: { retry: { max-attempts: 2 } }",
    "purge: { mode: automatic, write-fence: { max-past: P45D } }",
  ].join("\n");

  it("ends plan as stalled, not for ever", async () => {
    world = await staged({ limits, flow });
    world.cellar.faults.push(STORE_FULL);
    expect(await failure(world, "plan")).toMatchObject({ exit: 1, code: "stalled" });
  });

  it("fails every attempt of the batch; with space again it converges", async () => {
    world = await staged({ limits, flow });
    await expectRun(world, 0, "plan");
    world.cellar.faults.push(STORE_FULL);
    expect((await expectRun(world, 3, "archive")).stdout).toContain("failed after 2 attempts");
    expect(keysOf(world, "seals/")).toEqual([]);
    world.cellar.faults.clear();
    await expectConverges(world);
  });

  it("lets no purge begin: without an intent on record nothing is deleted", async () => {
    world = await purgeable({ limits });
    const before = hotPoints(world);
    await world.run("purge", "--dry-run");
    world.cellar.faults.push(STORE_FULL);
    await world.run("purge");
    expect(hotPoints(world)).toEqual(before);
    world.cellar.faults.clear();
    await expectConverges(world, before);
  });

  it("takes the intent and never answers: not deleted now, deleted by the next run", async () => {
    world = await purgeable({ limits });
    const before = hotPoints(world);
    world.cellar.faults.push({ kind: "late-answer", op: "PutObject", path: /intents/ });
    expect(await failure(world, "purge")).toMatchObject({ exit: 1, code: "stalled" });
    expect(keysOf(world, "intents/")).toHaveLength(1);
    expect(hotPoints(world)).toEqual(before);
    await expectConverges(world, before);
  });
});

describe("a versioned bucket", () => {
  it("is gone through like any other", async () => {
    world = await staged();
    await setVersioning("Enabled");
    await expectConverges(world);
  });

  it("converges though two of every step run at once", async () => {
    world = await staged();
    const before = hotPoints(world);
    await setVersioning("Enabled");
    for (const step of ["plan", "archive", "verify"]) {
      await Promise.all([world.run(step), world.run(step)]);
    }
    world.moveClock(GRACE_OVER);
    await expectRun(world, 0, "plan");
    await Promise.all([world.run("purge"), world.run("purge")]);
    await expectNothingLost(world, before);
    await expectConverges(world, before);
  });
});

async function setVersioning(state: string): Promise<void> {
  const { url: endpoint, accessKeyId, secretAccessKey } = world.cellar;
  const place = placeOf({ endpoint, bucket: BUCKET });
  const client = openClient({ place, clock: world.clock, accessKeyId, secretAccessKey });
  const xml = `<VersioningConfiguration><Status>${state}</Status></VersioningConfiguration>`;
  const query = { versioning: "" };
  const body = Buffer.from(xml);
  const answer = await client.send({ method: "PUT", key: "", query, body });
  await client.close();
  expect(answer.status).toBe(200);
}
