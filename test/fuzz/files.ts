// Flow files and the policy: what people write.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { flowDigest, purgeDigest } from "../../src/flow/digest.ts";
import { loadFlow } from "../../src/flow/load.ts";
import { loadPolicy } from "../../src/flow/policy.ts";
import { CellarmanError } from "../../src/runtime/errors.ts";
import { GOOD } from "../flow/flows.ts";
import { expectSame, NotTheSame, type Target } from "./target.ts";

const ROOT = join(import.meta.dirname, "../..");

function filesIn(folder: string): Buffer[] {
  const names = readdirSync(join(ROOT, folder)).filter((name) => name.endsWith(".yaml"));
  return names.map((name) => readFileSync(join(ROOT, folder, name)));
}

const FLOWS: readonly [Buffer, ...Buffer[]] = [Buffer.from(GOOD), ...filesIn("flows")];
const BAD_FLOWS: readonly [Buffer, ...Buffer[]] = [
  Buffer.from(GOOD),
  ...filesIn("test/flow/bad").filter((bytes) => bytes.length < 4_000),
];

const BOM = 0xfe_ff;

/** The loader of flows: a flow with a comment before it means the same. */
export const flow: Target = {
  words: [
    "\n",
    "\t",
    ": ",
    "- ",
    "{",
    "}",
    "[",
    "]",
    ",",
    "#",
    "&a ",
    "*a",
    "!!str ",
    "<<: ",
    "|\n  ",
    ">\n  ",
    "'",
    '"',
    "\\u0000",
    "%YAML 1.1\n---\n",
    "---\n",
    "...\n",
    "? ",
    "~",
    "no",
    "version: 1",
    "purge:",
    "mode: automatic",
    "P1M",
    "PT",
    "2025-11",
    "2025-13",
    "null",
    "yes",
    "{ regex: '(a+)+$' }",
    "{ env: HOME }",
    "{ env: GITHUB_TOKEN }",
    "__proto__: 1",
    "1e999",
    "https://a.example.net/../b",
    "http://169.254.169.254",
    "\u202e",
    "\ufeff",
    "\ud83d",
  ],
  good: (draws) => draws.oneOf(draws.below(3) === 0 ? BAD_FLOWS : FLOWS),
  async judge(bytes) {
    const result = loadFlow(bytes, "fuzz.yaml");
    if (!("flow" in result)) {
      if (result.problems.length === 0) throw new NotTheSame("refused without a problem");
      const lost = result.problems.find((one) => !(one.line >= 1 && one.column >= 1));
      if (lost) throw new NotTheSame(`a problem without a place: ${lost.message}`);
      return "refused";
    }
    const digest = flowDigest(result.flow);
    purgeDigest(result.flow);
    if (bytes.toString("utf8").codePointAt(0) === BOM) return "accepted";
    const again = loadFlow(Buffer.concat([Buffer.from("# fuzz\n"), bytes]), "fuzz.yaml");
    expectSame("with a comment", digest, "flow" in again ? flowDigest(again.flow) : "refused");
    return "accepted";
  },
};

const POLICIES = ["version: 1\nhold: all\n", "version: 1\n", "version: 1\nhold: none\n"] as const;

/** The loader of the policy: what stops every purge. */
export const policy: Target = {
  words: [
    "\n",
    ": ",
    "hold: ",
    "all",
    "none",
    "version: 1",
    "{",
    "}",
    "#",
    "- ",
    "&a",
    "*a",
    "!!x ",
  ],
  good: (draws) => Buffer.from(draws.oneOf(POLICIES)),
  async judge(bytes) {
    const read = (text: string): string => {
      try {
        return String(loadPolicy(text).holdAll);
      } catch (error) {
        if (error instanceof CellarmanError) return "refused";
        throw error;
      }
    };
    const said = read(bytes.toString("utf8"));
    return said === "refused" ? "refused" : "accepted";
  },
};
