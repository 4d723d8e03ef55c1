// A forge that asks at most once a minute for each file; what fails is asked again.
import { expect, test } from "vitest";
import type { Forge } from "../../src/forge/forge.ts";
import { keptFor } from "../../src/forge/kept.ts";

function forgeOf(answer: (path: string, time: number) => string | undefined) {
  const asked: string[] = [];
  const forge: Forge = {
    branch: "main",
    pathInside: (file) => Promise.resolve(`inside/${file}`),
    fileNow: async (path) => {
      asked.push(path);
      return answer(path, asked.length);
    },
    fileAsFetched: () => Promise.resolve("as fetched"),
  };
  const clock = { ms: 0, now: () => clock.ms };
  return { asked, clock, kept: keptFor(forge, clock, 60_000) };
}

test("an answer is kept for as long as said, by path, absence as well", async () => {
  const { asked, clock, kept } = forgeOf((path, time) =>
    path === "gone" ? undefined : `${path} ${time}`,
  );
  expect([await kept.fileNow("a"), await kept.fileNow("a")]).toEqual(["a 1", "a 1"]);
  expect([await kept.fileNow("gone"), await kept.fileNow("gone")]).toEqual([undefined, undefined]);
  clock.ms = 59_999;
  expect(await kept.fileNow("a")).toBe("a 1");
  expect(asked).toEqual(["a", "gone"]);
  clock.ms = 60_000;
  expect(await kept.fileNow("a")).toBe("a 3");
});

test("a failure is not kept", async () => {
  const { kept } = forgeOf((_, time) => {
    if (time === 1) throw new Error("unreachable");
    return "back";
  });
  await expect(kept.fileNow("a")).rejects.toThrow("unreachable");
  expect(await kept.fileNow("a")).toBe("back");
});

test("all else is passed on", async () => {
  const { kept } = forgeOf(() => "x");
  expect([kept.branch, await kept.pathInside("f"), await kept.fileAsFetched("f")]).toEqual([
    "main",
    "inside/f",
    "as fetched",
  ]);
});
