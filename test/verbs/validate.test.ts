// validate takes the policy with the flows, from the folder or by name.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { main } from "../../src/main.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { GOOD } from "../flow/flows.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cellarman-validate-"));
  writeFileSync(join(folder, "metrics.yaml"), GOOD);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function validate(...argv: string[]): Promise<{ code: number; stdout: string }> {
  let stdout = "";
  const code = await main(["validate", ...argv, "--flows", folder], {
    stdout: (text) => void (stdout += text),
    stderr() {},
    env: { get: () => undefined },
    clock: systemClock,
  });
  return { code, stdout };
}

it("flows alone, and flows with a policy", async () => {
  expect(await validate()).toEqual({ code: 0, stdout: "1 flow file valid.\n" });
  writeFileSync(join(folder, "policy.yaml"), "version: 1\n");
  expect(await validate()).toEqual({ code: 0, stdout: "1 flow file and the policy valid.\n" });
});

it("every problem of both in one go", async () => {
  writeFileSync(join(folder, "metrics.yaml"), GOOD.replace("P45D", "soon"));
  writeFileSync(join(folder, "policy.yaml"), "version: 1\nholds: all\nmodes: []\n");
  const said = await validate();
  expect(said.code).toBe(2);
  const places = said.stdout.match(/\w+\.yaml:\d+:\d+/g);
  expect(places).toEqual(["metrics.yaml:15:15", "policy.yaml:2:1", "policy.yaml:3:8"]);
});

it("a policy that is named", async () => {
  const file = join(folder, "policy.yaml");
  writeFileSync(file, "version: 2\n");
  const said = await validate(file);
  expect(said).toMatchObject({ code: 2, stdout: `${file}:1:10: version is 2: expected 1\n` });
});
