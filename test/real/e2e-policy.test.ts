// One key a job, by the policy of docs/providers.md, on the real gateway: the whole way goes,
// and nobody goes beyond.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { UNITS_PER_MS } from "../../src/warp10/range.ts";
import { verdict } from "../conformance/cellar/endpoint.ts";
import { ordinaryLines } from "./support/awkward.ts";
import { blocksOf } from "./support/blocks.ts";
import { exportLines } from "./support/lines.ts";
import { makeUser, type StoreUser } from "./support/gateway.ts";
import { DAY_MS, RealWorld } from "./support/real-world.ts";
import { isOurCluster } from "./support/store.ts";

const OWNER = "arn:aws:iam:::user/cellarman";

if (isOurCluster()) {
  describe("a key of its own for each job, by docs/providers.md", () => {
    let world: RealWorld;
    let users: { archiver: StoreUser; verifier: StoreUser; purger: StoreUser };

    beforeAll(async () => {
      const name = (job: string): string => `${job}-${process.pid}`;
      users = {
        archiver: makeUser(name("archiver")),
        verifier: makeUser(name("verifier")),
        purger: makeUser(name("purger")),
      };
      world = await RealWorld.start({ keys: Object.values(users) });
      const minute = UNITS_PER_MS[world.hot.unit] * 60_000n;
      await world.update(ordinaryLines(world.prefix, world.range, minute));
      const [policy] = blocksOf("providers.md", {
        BUCKET: world.bucket,
        OWNER,
        ARCHIVER: users.archiver.arn,
        VERIFIER: users.verifier.arn,
        PURGER: users.purger.arn,
      });
      const body = Buffer.from(policy?.text ?? "");
      await world.must({ method: "PUT", query: { policy: "" }, body });
    });
    afterAll(async () => {
      await world?.close();
      for (const user of Object.values(users ?? {})) user.remove();
    });

    const runAs = async (user: StoreUser, code: number, ...argv: string[]): Promise<string> => {
      world.useKeys(user);
      const said = await world.run(...argv);
      expect({ argv, code: said.code, said }).toMatchObject({ argv, code });
      return said.stdout;
    };

    it("goes the whole way", async () => {
      const { archiver, verifier, purger } = users;
      for (const step of ["plan", "archive"]) await runAs(archiver, 0, step);
      await runAs(verifier, 0, "verify");
      world.moveClock(16 * DAY_MS);
      await runAs(archiver, 0, "plan");
      await runAs(purger, 0, "purge");
      const { hot, prefix, range } = world;
      expect(await exportLines(hot.url, hot.tokens.plain, prefix, range)).toEqual([]);
      world.moveClock(DAY_MS);
      expect(await runAs(purger, 0, "purge")).toContain(`closed: ${world.period}`);
      await runAs(verifier, 0, "list", "world");
    });

    it("lets each put only what is its own, and nobody delete", async () => {
      const { archiver, verifier, purger } = users;
      const body = Buffer.from("1");
      const put = async (user: StoreUser, key: string): Promise<string> =>
        verdict(await world.ask({ method: "PUT", key, body }, user));
      expect(await put(archiver, "verified/x")).toBe("403 AccessDenied");
      expect(await put(archiver, "approved/x")).toBe("403 AccessDenied");
      expect(await put(verifier, "data/x")).toBe("403 AccessDenied");
      expect(await put(verifier, "seals/x")).toBe("403 AccessDenied");
      expect(await put(purger, "verified/x")).toBe("403 AccessDenied");
      expect(await put(purger, "seals/x")).toBe("403 AccessDenied");
      for (const user of [archiver, verifier]) {
        expect(await put(user, "lifts/x")).toBe("403 AccessDenied");
      }
      expect(await put(archiver, "data/x")).toBe("200");
      for (const user of [archiver, verifier, purger]) {
        const gone = await world.ask({ method: "DELETE", key: "data/x" }, user);
        expect(verdict(gone)).toBe("403 AccessDenied");
      }
      expect(verdict(await world.ask({ key: "data/x" }))).toBe("200");
    });
  });
} else {
  describe("a key of its own for each job", () => {
    it("cannot be tried: users can be made only where scripts/radosgw.sh runs the store", () => {
      expect(isOurCluster()).toBe(false);
    });
  });
}
