// The licences that a bundle has to carry.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { noticesFor, packagesOf } from "../../scripts/build/notices.ts";

let folder = "";

function packaged(name: string, license: string, text?: string): string {
  const path = join(folder, name);
  mkdirSync(path);
  writeFileSync(join(path, "package.json"), JSON.stringify({ name, version: "1.2.3", license }));
  if (text !== undefined) writeFileSync(join(path, "LICENSE.md"), text);
  return path;
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cellarman-notices-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("packagesOf", () => {
  it("names each package once, the nested and the scoped, and none of our own files", () => {
    const found = packagesOf([
      "/x/src/cli.ts",
      "/x/node_modules/zod/v4/index.js",
      "/x/node_modules/zod/v4/core.js",
      "/x/node_modules/@aws-sdk/core/index.js",
      "/x/node_modules/a/node_modules/b/index.js",
    ]);
    const names = found.map((path) => path.slice("/x/node_modules/".length));
    expect(names).toEqual(["@aws-sdk/core", "a/node_modules/b", "zod"]);
  });
});

describe("noticesFor", () => {
  it("holds each package's name, version and licence", () => {
    const text = noticesFor([packaged("one", "MIT", "Do as you like."), packaged("two", "ISC")]);
    expect(text).toMatch(/holds these 2 packages/);
    expect(text).toMatch(/one 1\.2\.3\n-+\n\nDo as you like\./);
    expect(text).toMatch(/two 1\.2\.3\n-+\n\nLicence: ISC/);
  });

  it("takes a choice that offers an allowed licence", () => {
    expect(noticesFor([packaged("one", "(GPL-3.0 OR MIT)")])).toMatch(/one 1\.2\.3/);
  });

  it.each(["GPL-3.0", "MIT AND GPL-3.0", "", "SEE LICENSE IN x"])("refuses %j", (license) => {
    expect(() => noticesFor([packaged("one", license)])).toThrow(/one 1\.2\.3: licence/);
  });
});
