// A repository's first runs: from nothing to a verified archive, and then nothing due.
import { afterEach, describe, expect, it } from "vitest";
import { fillNovember } from "../../support/november.ts";
import { openPlay, type Play } from "../world.ts";

let play: Play;
afterEach(async () => play.close());

describe("the first run", () => {
  it("takes a new flow to a verified archive, and the second has nothing to do", async () => {
    play = await openPlay();
    const points = fillNovember(play.world);
    const run = await play.stage.schedule("offload.yml").begin();
    expect(run.conclusions()).toEqual({
      plan: "success",
      "archive (metrics-1)": "success",
      "verify (metrics-1)": "success",
      purge: "skipped",
      approve: "skipped",
      "purge-reviewed": "skipped",
      "approve-propose": "skipped",
      report: "success",
    });
    expect(play.keys("seals/")).toHaveLength(1);
    expect(play.keys("verified/")).toHaveLength(1);
    expect(play.world.hotPoints).toBe(points);
    const second = await play.stage.schedule("offload.yml").begin();
    expect(second.conclusion).toBe("success");
    expect(second.conclusions()).toMatchObject({ archive: "skipped", verify: "skipped" });
  });
});
