// audit of a point that lies in an HFile: it cannot look, says so, and the how-to says who can.
import { readFile } from "node:fs/promises";
import { afterEach, expect, it } from "vitest";
import { type HfileWorld, startHfileWorld } from "../support/hfile-world.ts";
import { MINUTE_US, NOVEMBER_US } from "../support/november.ts";
import { expectRun, fill, keysOf, recordOf } from "../support/stage.ts";

let stage: HfileWorld;
afterEach(async () => stage.close());

const SERIES = "cpu.load{host=h1}";
const TIME = NOVEMBER_US + 3n * MINUTE_US;

/** The how-to's script, with what it leaves to the reader filled in. */
async function lookAt(generation: string, time: bigint): Promise<string> {
  const page = await readFile("docs/how-to/hfiles.md", "utf8");
  const [, section = ""] = page.split("## Look at one point");
  const script = section.split("```")[1] ?? "";
  return script
    .replace("'TOKEN'", "'WORLD_HFILES'")
    .replace("STORE.GENERATION", `archive.${generation}`)
    .replace("'SERIES'", `'${SERIES}'`)
    .replaceAll("TIME", String(time));
}

it("cannot tell, ends with 4, and names what a person asks", async () => {
  stage = await startHfileWorld();
  const { world } = stage;
  fill(world);
  for (const step of ["plan", "archive", "verify"]) await expectRun(world, 0, step);
  const [key = ""] = keysOf(world, "data/").filter((k) => k.endsWith("manifest.json"));
  const { generation } = recordOf(world, key).hfile as { generation: string };
  const { code, document } = await world.json("audit", "world", SERIES, String(TIME));
  expect(code).toBe(4);
  expect(document).toMatchObject({
    verdict: "wrong",
    problems: [expect.stringContaining(`generation ${generation}, which only HFFETCH reads`)],
    archive: [{ place: null, wrong: expect.stringContaining("docs/how-to/hfiles.md") }],
    chain: { unbroken: true },
  });
  const outside = await world.json("audit", "world", SERIES, String(NOVEMBER_US + 99n * MINUTE_US));
  expect(outside.document).toMatchObject({ verdict: "nowhere", problems: [] });

  const ask = async (time: bigint): Promise<string> => {
    const headers = { "X-Warp10-Capabilities": "WORLD_HFILES", "X-Warp10-Token": "WORLD_HFILES" };
    const body = await lookAt(generation, time);
    const answer = await fetch(`${world.warp10.url}/api/v0/exec`, {
      method: "POST",
      headers,
      body,
    });
    expect(answer.status).toBe(200);
    return answer.text();
  };
  expect(await ask(TIME)).toContain(`[[${TIME},NaN,NaN,NaN,12]]`);
  expect(await ask(TIME + 1n)).toBe("[[]]");
});
