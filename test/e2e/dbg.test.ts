import { it } from "vitest";
import { WORLD_TOKENS } from "../../sim/world.ts";
import { staged, expectRun, hotPoints, archivedPoints, purgeSays } from "../support/stage.ts";
const { WORLD_READ } = WORLD_TOKENS;
const startUs = String(BigInt(Date.parse("2025-11-01T00:10:00Z")) * 1000n);
it.each([[".count","5"],[".start", startUs],[".end", startUs],[".scope","=cpu.load{host=h1}"],[".pre","1"],[".post","1"],[".quietafter","1"],[".activeafter","99999999999999"],[".start","PT20000000S"],[".nofetch","true"],[".nofind","true"]])("%s %s", async (name, value) => {
  const world = await staged();
  world.warp10.tokens.set("WORLD_READ", { ...WORLD_READ, attributes: { ...WORLD_READ.attributes, [name]: value } });
  const before = hotPoints(world);
  const out = [];
  for (const step of ["plan", "archive", "verify"]) { const s = await world.run(step); out.push([step, s.code, s.stdout.split("\n").slice(-3).join("|"), s.stderr]); }
  world.moveClock(16*86400e3);
  await world.run("plan");
  const s = await world.run("purge").catch(String);
  out.push(s);
  const hot = hotPoints(world); const cold = await archivedPoints(world);
  const lost = [...before].filter((p) => !hot.has(p) && !cold.has(p)).length;
  console.log(name, value, "LOST", lost, "hot", hot.size, "cold", cold.size, out);
  await world.close();
});
