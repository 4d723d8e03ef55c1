// What the linter cannot see: whole files, the graph of imports, and the texts that are sent.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { brokenLayers } from "../../scripts/oxlint-house/layers.ts";
import { ROOT, filesUnder, importsOf, stringsOf, textOf } from "./sources.ts";

const CODE = /\.(ts|mjs)$/;
const FOLDERS = ["src", "sim", "bench", "scripts", "test"];
const RECORDED = /^test\/conformance\/warp10\//;

const sources = filesUnder("src", CODE);
const everything = FOLDERS.flatMap((folder) => filesUnder(folder, CODE)).filter(
  (path) => !RECORDED.test(path),
);

const offending = (paths: readonly string[], pattern: RegExp): string[] =>
  paths.filter((path) => pattern.test(textOf(path)));

describe("files", () => {
  it("have at most 250 lines", () => {
    const lines = (path: string) => textOf(path).trimEnd().split("\n").length;
    expect(everything.filter((path) => lines(path) > 250)).toEqual([]);
  });

  it("are named by a noun of the field, never as a drawer", () => {
    const drawer = /(^|\/)(utils?|helpers?|commons?|misc|lib|index)(\/|\.[^/]*$)/;
    expect(everything.filter((path) => drawer.test(path))).toEqual([]);
  });

  it("switch no rule off", () => {
    const disabled = /(oxlint|eslint)-disable|@ts-(nocheck|ignore|expect-error)|oxfmt-ignore/;
    const judged = everything.filter((path) => !path.startsWith("test/house/"));
    expect(offending(judged, disabled)).toEqual([]);
  });

  it("use nothing that the oldest Node 24 of package.json (24.0.0) lacks", () => {
    const judged = everything.filter((path) => !path.startsWith("test/house/"));
    expect(offending(judged, /import\.meta\.main\b/)).toEqual([]);
  });

  it("hold no unfinished work", () => {
    const unfinished = /\b(TODO|FIXME|XXX)\b|not (yet )?implemented/;
    expect(offending(sources, unfinished)).toEqual([]);
  });
});

describe("folders", () => {
  const STEPS = ["plan", "archive", "verify", "purge", "report"];
  const PARTS = ["flow", "ledger", "warp10", "cellar", "forge", "runtime"];

  it.each([...STEPS, ...PARTS])("src/%s holds what bears its name", (folder) => {
    expect(sources.filter((path) => path.startsWith(`src/${folder}/`)).length).toBeGreaterThan(0);
  });

  it.each(["flow", "plan", "archive", "verify", "purge", "ledger", "warp10", "cellar", "report"])(
    "test/%s mirrors src",
    (folder) => {
      expect(existsSync(join(ROOT, "test", folder))).toBe(true);
    },
  );
});

describe("imports", () => {
  it("follow the table, import by import", () => {
    const broken = sources.flatMap((path) =>
      importsOf(path).flatMap((imported) =>
        brokenLayers(path, imported).map((layer) => `${path} → ${imported}: ${layer.why}`),
      ),
    );
    expect(broken).toEqual([]);
  });

  it("reach files that exist", () => {
    const missing = everything.flatMap((path) =>
      path.startsWith("test/house/")
        ? []
        : importsOf(path).filter(
            (imported) => CODE.test(imported) && !existsSync(join(ROOT, imported)),
          ),
    );
    expect(missing).toEqual([]);
  });

  it("bring the delete call to src/purge/ and to tests alone", () => {
    const importers = everything.filter((path) => importsOf(path).includes("src/purge/delete.ts"));
    expect(importers.length).toBeGreaterThan(0);
    expect(importers.filter((path) => !/^(src\/purge|test)\//.test(path))).toEqual([]);
  });
});

describe("requests that destroy", () => {
  const filesWith = (pattern: RegExp): string[] =>
    sources.filter((path) => stringsOf(path).some((text) => pattern.test(text)));

  it("to Warp 10's delete endpoint are written in one file", () => {
    expect(filesWith(/\/delete(?![.\w])/)).toEqual(["src/purge/delete.ts"]);
  });

  it("to the store do not exist: the tool deletes no object and aborts no upload", () => {
    expect(
      offending(sources, /\b(DeleteObjects?|AbortMultipartUpload|DeleteBucket\w*)Command\b/),
    ).toEqual([]);
  });

  it("are not sent with the HTTP method DELETE", () => {
    expect(filesWith(/^DELETE$/)).toEqual([]);
  });
});
