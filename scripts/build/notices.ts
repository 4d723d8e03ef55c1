// The licences of what the bundle holds, as their terms ask.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const LICENCE_FILE = /^(licen[cs]e|copying|notice)([-_.].*)?$/i;
/** Licences that ask no more than that their text goes along. */
const ALLOWED = new Set(["MIT", "Apache-2.0", "ISC", "BSD-2-Clause", "BSD-3-Clause", "0BSD"]);

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
}

function manifestOf(folder: string): Manifest {
  const parsed: unknown = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const fields = Object.entries(parsed ?? {});
  const field = (name: string): string => {
    const value: unknown = fields.find(([key]) => key === name)?.[1];
    return typeof value === "string" ? value : "";
  };
  return { name: field("name"), version: field("version"), license: field("license") };
}

/** The folders of the packages that modules belong to, sorted. */
export function packagesOf(moduleIds: readonly string[]): string[] {
  const folders = new Set<string>();
  for (const id of moduleIds) {
    const [, folder] = /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(id) ?? [];
    if (folder !== undefined) folders.add(folder.replaceAll("\0", ""));
  }
  return [...folders].sort((a, b) => (a < b ? -1 : 1));
}

function textsOf(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && LICENCE_FILE.test(entry.name))
    .map((entry) => readFileSync(join(folder, entry.name), "utf8").trim());
}

/** Whether an SPDX expression offers a licence that is allowed. */
function isAllowed(expression: string): boolean {
  return expression
    .replace(/[()]/g, "")
    .split(" OR ")
    .some((licence) => ALLOWED.has(licence.trim()));
}

/**
 * The text of THIRD_PARTY_NOTICES for the packages in `folders`. Throws where a licence asks for
 * more than its text.
 */
export function noticesFor(folders: readonly string[]): string {
  const sections = folders.map((folder) => {
    const { name, version, license } = manifestOf(folder);
    if (!isAllowed(license))
      throw new Error(`${name} ${version}: licence "${license}" is not allowed`);
    const texts = textsOf(folder);
    const body =
      texts.length > 0 ? texts.join("\n\n") : `Licence: ${license} (no text in the package)`;
    return `${name} ${version}\n${"-".repeat(name.length + version.length + 1)}\n\n${body}\n`;
  });
  const head = `The bundle of Cellarman holds these ${folders.length} packages.\n`;
  return [head, ...sections].join(`\n${"=".repeat(80)}\n\n`);
}
