// What the repository says of itself: scripts, dependencies, the Action, the workflows.
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { outputsOf } from "../../src/forge/actions/outputs.ts";
import { ROOT, filesUnder, textOf } from "./sources.ts";

const texts = z.record(z.string(), z.string());
const manifest = z
  .looseObject({
    scripts: texts,
    dependencies: texts,
    devDependencies: texts,
    optionalDependencies: texts,
    engines: texts,
  })
  .parse(JSON.parse(textOf("package.json")));

describe("package.json", () => {
  it.each(Object.entries(manifest.scripts))(
    "script %s goes through the launcher",
    (_name, script) => {
      const [, target = ""] = /^exec node scripts\/launch\.mjs (\S+)( .+)?$/.exec(script) ?? [];
      expect(target).not.toBe("");
      const path = /\.(ts|mjs)$/.test(target) ? target : `node_modules/${target}/package.json`;
      expect(existsSync(join(ROOT, path))).toBe(true);
    },
  );

  it("keeps the names that people and CI rely on", () => {
    const stable = ["demo", "test", "test:real", "sim", "bench", "build", "check"];
    expect(Object.keys(manifest.scripts)).toEqual(expect.arrayContaining(stable));
  });

  it("pins every dependency exactly", () => {
    const { dependencies, devDependencies, optionalDependencies } = manifest;
    const versions = { ...dependencies, ...devDependencies, ...optionalDependencies };
    const loose = Object.entries(versions).filter(([, version]) => !/^\d+\.\d+\.\d+/.test(version));
    expect(loose).toEqual([]);
  });

  it("brings Node 24 for every platform that the launcher knows", () => {
    const known = textOf("scripts/launch/node24.mjs").matchAll(/\["(node-[\w-]+)",/g);
    const names = [...known].map(([, name]) => name);
    expect(new Set(names)).toEqual(new Set(Object.keys(manifest.optionalDependencies)));
  });
});

describe("package-lock.json", () => {
  it("names no registry", () => {
    expect(textOf("package-lock.json")).not.toMatch(/"resolved"/);
  });

  it("agrees with package.json", () => {
    const lock = z
      .looseObject({ packages: z.looseObject({ "": z.looseObject({}) }) })
      .parse(JSON.parse(textOf("package-lock.json")));
    const { dependencies, devDependencies, optionalDependencies } = manifest;
    expect(lock.packages[""]).toMatchObject({
      dependencies,
      devDependencies,
      optionalDependencies,
    });
  });
});

const described = z.looseObject({ description: z.string().min(10) });
const action = z
  .looseObject({
    name: z.string(),
    description: z.string().min(20).max(125),
    branding: z.strictObject({ icon: z.string(), color: z.string() }),
    inputs: z.record(z.string().regex(/^[a-z]+(-[a-z]+)*$/), described),
    outputs: z.record(z.string().regex(/^[a-z]+(-[a-z]+)*$/), described),
    runs: z.strictObject({ using: z.literal("node24"), main: z.literal("dist/action.js") }),
  })
  .parse(parse(textOf("action.yml")));

describe("action.yml", () => {
  const shell = textOf("src/action.ts");

  it.each(Object.keys(action.inputs))("input %s is read by the shell", (name) => {
    expect(shell).toContain(`"${name}"`);
  });

  it("describes exactly the outputs that are set", () => {
    const none = { include: [] };
    const matrices = { archive: none, verify: none, purge: none, reviewed: none };
    const said = JSON.stringify({ plan: "0", matrices, review: [], proposes: false });
    const set = Object.keys(outputsOf(said, 0, true));
    expect(set.toSorted()).toEqual(Object.keys(action.outputs).toSorted());
  });
});

describe("workflows", () => {
  const workflows = filesUnder(".github/workflows", /\.ya?ml$/);

  it.each(workflows)("%s pins its actions and grants little", (path) => {
    const text = textOf(path);
    const used = [...text.matchAll(/^\s*(?:- )?uses: (.+)$/gm)].map(
      ([, reference = ""]) => reference,
    );
    const pinned = /^(\.\/\S*|[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+(\.\d+)*)$/;
    expect(used.length).toBeGreaterThan(0);
    expect(used.filter((reference) => !pinned.test(reference))).toEqual([]);
    expect(text).toMatch(/^permissions:\n {2}contents: read$/m);
    const checkouts = text.match(/uses: actions\/checkout@/g)?.length;
    expect(text.match(/persist-credentials: false/g)?.length).toBe(checkouts);
  });
});

describe("programs", () => {
  it.each(["bin/cellarman", ".ci/run"])("%s may be executed", (path) => {
    expect(statSync(join(ROOT, path)).mode & 0o111).toBe(0o111);
  });
});
