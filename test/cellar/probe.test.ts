import { expect, onTestFinished, test } from "vitest";
import { startCellar } from "../../sim/cellar/server.ts";
import { probeStore } from "../../src/cellar/probe.ts";
import type { CellarOptions } from "../../src/cellar/s3.ts";

const writer = { accessKeyId: "writer", secretAccessKey: "writer-secret" };

async function stage() {
  const sim = await startCellar({
    buckets: ["cold"],
    credentials: [{ ...writer, grants: [{ actions: ["get", "put"], prefixes: ["p/probes/"] }] }],
  });
  onTestFinished(() => sim.close());
  const { url: endpoint, accessKeyId, secretAccessKey } = sim;
  const place = { endpoint, bucket: "cold", prefix: "p" };
  const options: CellarOptions = { ...place, accessKeyId, secretAccessKey, clock: Date };
  return { sim, options };
}

test("writes only under its folder and deletes nothing", async () => {
  const { sim, options } = await stage();
  await probeStore(options, "probes/0123");
  const keys = [...sim.objects("cold").keys()];
  expect(keys).toEqual(["p/probes/0123/checksum", "p/probes/0123/plain"]);
  expect(sim.requests.count("DeleteObject") + sim.requests.count("DeleteObjects")).toBe(0);
});

test("what the keys may not see is unknown, never fine", async () => {
  const { options } = await stage();
  const found = await probeStore({ ...options, ...writer }, "probes/0123");
  expect(found).toMatchObject({
    conditionalCreate: "yes",
    readBack: "yes",
    listedAfterPut: "unknown",
    versioning: "unknown",
    deletingRules: undefined,
  });
});

test("keys that may not write, and a missing bucket, end the probe", async () => {
  const { options } = await stage();
  const elsewhere = { ...options, ...writer, prefix: "q" };
  await expect(probeStore(elsewhere, "probes/0123")).rejects.toMatchObject({
    code: "not-authorised",
  });
  await expect(probeStore({ ...options, bucket: "none" }, "probes/1")).rejects.toMatchObject({
    code: "store-missing",
  });
});

test("a store that drops what it acknowledged is found out", async () => {
  const { sim, options } = await stage();
  sim.faults.push({ kind: "dropped", op: "PutObject" });
  expect(await probeStore(options, "probes/0123")).toMatchObject({
    readBack: "no",
    listedAfterPut: "no",
    conditionalCreate: "no",
  });
});
