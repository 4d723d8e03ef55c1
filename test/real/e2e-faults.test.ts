// Faults of the store, on the real gateway: nothing is lost, and each ends with its own exit
// code.
import { afterEach, describe, expect, it } from "vitest";
import { UNITS_PER_MS } from "../../src/warp10/range.ts";
import { ordinaryLines } from "./support/awkward.ts";
import { exportLines } from "./support/lines.ts";
import { Gateway } from "./support/gateway.ts";
import { DAY_MS, RealWorld, type RealWorldOptions, type Said } from "./support/real-world.ts";
import { isOurCluster } from "./support/store.ts";

let world: RealWorld;
afterEach(async () => world?.close());

async function started(options: RealWorldOptions = {}): Promise<string[]> {
  world = await RealWorld.start(options);
  const minute = UNITS_PER_MS[world.hot.unit] * 60_000n;
  await world.update(ordinaryLines(world.prefix, world.range, minute));
  return hotLines();
}

const hotLines = (): Promise<string[]> =>
  exportLines(world.hot.url, world.hot.tokens.plain, world.prefix, world.range);

async function expectRun(code: number, ...argv: string[]): Promise<Said> {
  const said = await world.run(...argv);
  expect({ argv, code: said.code, said }).toMatchObject({ argv, code });
  return said;
}

describe("a store that does not let us", () => {
  it("exit 10: there is no such bucket", async () => {
    await started();
    await world.must({ method: "DELETE" });
    const said = await expectRun(10, "plan");
    expect(said.stderr).toContain("NoSuchBucket");
  });

  it("exit 12: a wrong key id, a wrong secret", async () => {
    await started();
    const { accessKeyId } = world.store;
    world.useKeys({ accessKeyId: "nobody", secretAccessKey: "x" });
    expect((await expectRun(12, "plan")).stderr).toContain("InvalidAccessKeyId");
    world.useKeys({ accessKeyId, secretAccessKey: "not-the-secret" });
    const said = await expectRun(12, "plan");
    expect(said.stderr).toContain("SignatureDoesNotMatch");
    expect(said.stderr).not.toContain("not-the-secret");
  });

  it("a key that may only read writes nothing, and purges nothing", async () => {
    const before = await started();
    const { store } = world;
    const { reader } = store;
    world.useKeys(reader);
    await expectRun(12, "plan");
    world.useKeys(store);
    await expectRun(0, "plan");
    world.useKeys(reader);
    const said = await expectRun(12, "archive");
    expect(said.stdout + said.stderr).toContain("AccessDenied");
    world.useKeys(store);
    for (const step of ["archive", "verify"]) await expectRun(0, step);
    world.moveClock(16 * DAY_MS);
    await expectRun(0, "plan");
    world.useKeys(reader);
    expect((await world.run("purge")).code).not.toBe(0);
    expect(await hotLines()).toEqual(before);
  });
});

describe("a versioned bucket", () => {
  it("takes the whole way", async () => {
    await started();
    const on = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    await world.must({ method: "PUT", query: { versioning: "" }, body: Buffer.from(on) });
    for (const step of ["plan", "archive", "verify"]) await expectRun(0, step);
    world.moveClock(16 * DAY_MS);
    for (const step of ["plan", "purge"]) await expectRun(0, step);
    expect(await hotLines()).toEqual([]);
    world.moveClock(DAY_MS);
    expect((await expectRun(0, "purge")).stdout).toContain(`closed: ${world.period}`);
    const { stdout } = await world.run("doctor");
    expect(stdout).toMatch(/versioning.*\bon\b/);
  });
});

describe("a store that goes away in the middle", () => {
  const isOurs = isOurCluster();
  const how = isOurs
    ? "its gateway is killed (-9) and started again"
    : "its connections are cut for a while (the gateway is not ours to kill)";

  it(`nothing is lost: ${how}`, async () => {
    const gateway = isOurs ? await Gateway.start() : undefined;
    try {
      const before = await started({
        ...(gateway ? { storeUrl: gateway.url } : {}),
        flow: [
          "batches: { by-label: n, max-series: 1 }",
          "run: { parallel: 4, retry: { type: constant, interval: PT1S, max-attempts: 4 } }",
        ],
      });
      await world.update(manySeries());
      const all = await hotLines();
      expect(all.length).toBe(before.length + SERIES * 5);
      await expectRun(0, "plan");
      world.realWaits = true;
      const archiving = world.run("archive");
      await untilObjects(20);
      await (gateway ? gateway.kill() : world.cutStore(true));
      await new Promise((done) => setTimeout(done, 1_500));
      await (gateway ? gateway.up() : world.cutStore(false));
      const first = await archiving;
      expect([0, 3]).toContain(first.code);
      await expectRun(0, "archive");
      await expectRun(0, "verify");
      expect((await expectRun(0, "archive")).stdout).toBe("Nothing to archive.\n");
      expect(await hotLines()).toEqual(all);
      world.realWaits = false;
      world.moveClock(16 * DAY_MS);
      // The first purge ever is one batch. Each gate holds hot against the archive, point by point.
      for (const step of ["plan", "purge", "plan", "purge"]) await expectRun(0, step);
      expect(await hotLines()).toEqual([]);
    } finally {
      await gateway?.close();
    }
  });
});

const SERIES = 40;

/** Series of five points, one a batch. */
function manySeries(): string[] {
  const { prefix, range } = world;
  return Array.from({ length: SERIES * 5 }, (_, i) => {
    const [n, at] = [Math.floor(i / 5), range.start + BigInt(i % 5)];
    return `${at}// ${prefix}many{n=${n}} ${i}`;
  });
}

/** Waits until the attempts of this world have put so many objects. */
async function untilObjects(count: number): Promise<void> {
  for (;;) {
    const query = { "list-type": "2", prefix: "data/" };
    const answer = await world.ask({ query });
    if (answer.body.toString().split("<Key>").length > count) return;
    await new Promise((done) => setTimeout(done, 50));
  }
}
