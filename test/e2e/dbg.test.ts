import { it } from "vitest";
import { staged, expectRun, keysOf, purgeable, recordOf, purgeSays } from "../support/stage.ts";
import { readFile, writeFile } from "node:fs/promises";
it("lift", async () => {
  const world = await staged();
  for (const step of ["plan", "archive"]) await expectRun(world, 0, step);
  world.warp10.faults.push({ kind: "cleanEnd", path: "/api/v0/fetch", bytes: 600 });
  console.log(await world.run("verify"));
  const [hold = ""] = keysOf(world, "holds/");
  console.log(await world.run("lift", "world", hold, "--reason", "the server lied"), recordOf(world, hold));
  await world.close();
});
it("thin", async () => {
  const world = await staged();
  for (const step of ["plan", "archive"]) await expectRun(world, 0, step);
  world.warp10.faults.push({ kind: "thin", path: "/api/v0/fetch", every: 7 });
  console.log(await world.run("verify"));
  console.log(world.warp10.faults.struck, world.warp10.requests.filter((r) => r.path.endsWith("fetch")));
  await world.close();
});
it("exec", async () => {
  const world = await purgeable();
  await world.run("purge", "--dry-run");
  world.warp10.requests.length = 0;
  console.log(await purgeSays(world));
  console.log(world.warp10.requests.map((r) => `${r.path} ${r.status} ${r.script?.slice(0, 60)}`));
  await world.close();
});
it("late", async () => {
  const world = await purgeable({ limits: { storeStallMs: 40 } });
  world.cellar.faults.push({ kind: "late-answer", path: /intents/ });
  console.log(await world.run("purge"));
  console.log(keysOf(world, "intents/"), world.hotPoints);
  await world.close();
});
it("missing", async () => {
  const world = await staged();
  const file = `${world.flows}/world.yaml`;
  const edit = async (a: string, b: string) => writeFile(file, (await readFile(file, "utf8")).replace(a, b));
  await edit("bucket: metrics-cold", "bucket: no-such-bucket");
  console.log(await world.run("plan"));
  await edit("bucket: no-such-bucket", "bucket: metrics-cold");
  for (const step of ["plan", "archive", "verify"]) console.log(await world.run(step));
  await world.close();
});
