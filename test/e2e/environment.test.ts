// Approval by the reviewers of a CI environment: a receipt for exactly the digest that `plan`
// printed, after a person's yes to this very run.
import { afterEach, describe, expect, it } from "vitest";
import type { World } from "../../sim/world.ts";
import { ALICE, type Hosted, hosted } from "../support/github.ts";
import { expectRun, GRACE_OVER, keysOf, recordOf, verified } from "../support/stage.ts";

let world: World;
let place: Hosted;
afterEach(async () => {
  await Promise.all([place.close(), world.close()]);
  expect(place.github.violations).toEqual([]);
});

const FLOW = [
  "period: { first: 2025-11 }",
  "purge: { mode: approve, approve-by: environment, write-fence: { max-past: P45D } }",
].join("\n");

describe("approval by the reviewers of an environment", () => {
  const NAME = "cellarman-approve";
  const approve = (digest: string, name = NAME) =>
    place.run("approve", "world", "2025-11", "--environment", name, "--digest", digest);

  /** Grace is over, the plan printed a digest. */
  async function planned(): Promise<string> {
    world = await verified({ flow: FLOW });
    place = await hosted(world);
    world.moveClock(GRACE_OVER);
    const { code, stdout } = await place.run("plan");
    expect(code).toBe(0);
    return (
      /To approve: world 2025-11: 1 seal, 60 points.* digest ([0-9a-f]{64})/.exec(stdout)?.[1] ?? ""
    );
  }

  function yes(by = ALICE): void {
    const [run] = place.github.world.runs.values();
    run?.approvals.push({ environment: NAME, by, state: "approved" });
  }

  it("writes a receipt for exactly the digest that plan printed, and the purge goes", async () => {
    const digest = await planned();
    yes();
    const said = await approve(digest);
    expect(said).toMatchObject({ code: 0, stdout: expect.stringContaining("by alice") as unknown });
    const [key = ""] = keysOf(world, "approved/");
    expect(recordOf(world, key)).toMatchObject({
      by: "environment",
      digest,
      review: { environment: NAME, reviewers: [ALICE] },
    });
    expect((await approve(digest)).stdout).toContain("nothing of");
    expect(keysOf(world, "approved/")).toHaveLength(1);
    await place.run("plan");
    expect((await place.run("purge")).stdout).toContain("1 of 1 batches purged");
  });

  it.each<[string, (digest: string) => Promise<{ code: number; stderr: string }>, string]>([
    ["nobody said yes", (digest) => approve(digest), "no person who approved"],
    [
      "another digest is named",
      (digest) => {
        yes();
        return approve(digest.replace(/^../, "00"));
      },
      "plan wrote down no list",
    ],
    [
      "another environment is named",
      (digest) => {
        yes();
        return approve(digest, "production");
      },
      "is approved in cellarman-approve",
    ],
    [
      "administrators may pass it by",
      (digest) => {
        place.github.world.addEnvironment(NAME, { reviewers: [ALICE], adminsBypass: true });
        yes();
        return approve(digest);
      },
      "administrators may bypass",
    ],
    [
      "a person asks outside a run",
      (digest) => {
        yes();
        world.env.delete("GITHUB_ACTIONS");
        return approve(digest);
      },
      "needs a run of GitHub Actions",
    ],
  ])("is refused where %s", async (_what, act, says) => {
    const { code, stderr } = await act(await planned());
    expect(code).toBe(1);
    expect(stderr).toContain(says);
    expect(keysOf(world, "approved/")).toEqual([]);
  });

  it("is not the command's: that says whom to ask", async () => {
    await planned();
    const { code, stderr } = await world.run("approve", "world", "2025-11");
    expect(code).toBe(1);
    expect(stderr).toContain("the reviewers of cellarman-approve approve world");
    await expectRun(world, 0, "status", "world");
  });
});
