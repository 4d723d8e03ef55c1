// The search for planted secrets finds each dress of one, and nothing else.
import { describe, expect, it } from "vitest";
import { assertKept, textsOf } from "../../sim/planted.ts";
import { World } from "../../sim/world.ts";

const SECRET = "wr.Tn5+Vb/Xq=3kJhG7dS1aPzM9uC6yE4";
const env = new Map([
  ["DELETE_TOKEN", SECRET],
  ["SHORT_TOKEN", "short"],
  ["PATH", "/usr/local/bin:/usr/bin"],
]);

describe("a planted secret", () => {
  const slipped = (text: string): (() => void) => {
    return () => assertKept(env, [["stderr", text]]);
  };

  it.each([
    ["raw", `token ${SECRET} refused`],
    ["in an address", `https://x/?token=${encodeURIComponent(SECRET)}`],
    ["in JSON", JSON.stringify({ nested: { token: SECRET } })],
    ["in base64", Buffer.from(SECRET).toString("base64")],
    ["in base64 after other text", Buffer.from(`user:${SECRET}`).toString("base64")],
    ["in base64 after more of it", Buffer.from(`k=${SECRET}&x=1`).toString("base64")],
  ])("%s is found, and named by its variable alone", (_dress, text) => {
    expect(slipped(text)).toThrow("the value of DELETE_TOKEN slipped into stderr");
    expect(slipped(text)).not.toThrow(SECRET);
  });

  it("is not seen where there is none", () => {
    expect(slipped("DELETE_TOKEN is not set: short /usr/local/bin:/usr/bin")).not.toThrow();
  });

  it("is found in objects, and by a world that closes", async () => {
    const bytes = Buffer.from(`{"reason":"${SECRET}"}`);
    const texts = textsOf(new Map([["holds/all/1", { bytes }]]));
    expect(() => assertKept(env, texts)).toThrow("slipped into holds/all/1");
    const world = await World.start();
    world.env.set("HELD_TOKEN", "a-reason-that-is-a-secret");
    await world.run("plan");
    await world
      .run("hold", "world", "--reason", "a-reason-that-is-a-secret")
      .catch(() => undefined);
    await expect(world.close()).rejects.toThrow("HELD_TOKEN slipped into holds/flow/world/1");
  });
});
