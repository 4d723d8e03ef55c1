// The files that a repository of flows begins with. Pure: what stands there already is told by the
// caller.
import type { Flow } from "../flow/flow.ts";
import { loadFlow } from "../flow/load.ts";
import { policyText } from "./policy-text.ts";
import { variablesOf } from "./variables.ts";
import { fitWorkflow } from "./workflow.ts";

/** What `init` ships. */
export interface Shipped {
  /** Workflow files by name. */
  readonly workflows: Readonly<Record<string, string>>;
  /** An example flow. */
  readonly flow: string;
}

/** How the files are wanted. */
export interface Wanted {
  /** Names of workflow files. */
  readonly workflows: readonly string[];
  readonly owner: string;
  /** The action's commit, 40 hex digits. */
  readonly ref: string;
  readonly version: string;
  readonly withoutPurge: boolean;
  readonly withPolicy: boolean;
  /** Accounts or teams with their @; empty: the lines are written as comments. */
  readonly codeOwners: readonly string[];
  /** GitHub's own address: where editors find the schemas. */
  readonly rawUrl: string;
}

/** What is to stand in the repository, by path, and the flows that it is made for. */
export interface InitFiles {
  readonly files: ReadonlyMap<string, string>;
  readonly flows: readonly Flow[];
}

/** All files. `flows`: those that are there; with none an example is among the files. */
export function initFiles(shipped: Shipped, wanted: Wanted, flows: readonly Flow[]): InitFiles {
  const files = new Map<string, string>();
  const example = exampleFlow(shipped, wanted);
  const all = flows.length > 0 ? flows : flowOf(example);
  if (flows.length === 0) files.set("flows/metrics.yaml", example);
  const { owner, ref, version, withoutPurge } = wanted;
  const action = `${owner}/cellarman@${ref} # v${version}`;
  const withRerun = wanted.workflows.includes("rerun.yml");
  const fitting = { action, variables: variablesOf(all), withoutPurge, withRerun };
  for (const name of wanted.workflows) {
    files.set(`.github/workflows/${name}`, fitWorkflow(shipped.workflows[name] ?? "", fitting));
  }
  files.set(".github/CODEOWNERS", codeOwnersText(wanted.codeOwners));
  if (wanted.withPolicy) {
    files.set("flows/policy.yaml", policyText(all, schemaUrl(wanted, "policy"), version));
  }
  return { files, flows: all };
}

const schemaUrl = ({ rawUrl, owner, version }: Wanted, kind: string): string =>
  `${rawUrl}/${owner}/cellarman/v${version}/schema/${kind}.schema.json`;

const exampleFlow = ({ flow }: Shipped, wanted: Wanted): string =>
  flow.replace(/^(# yaml-language-server: \$schema=).*$/m, `$1${schemaUrl(wanted, "flow")}`);

function flowOf(text: string): Flow[] {
  const loaded = loadFlow(Buffer.from(text), "flows/metrics.yaml");
  return "flow" in loaded ? [loaded.flow] : [];
}

/** Paths whose change somebody must have seen: what is deleted, by what rules, by which jobs. */
const OWNED = ["/flows/", "/flows/policy.yaml", "/.github/"];

function codeOwnersText(owners: readonly string[]): string {
  const names = owners.length > 0 ? owners.join(" ") : "@your-organisation/data-oncall";
  const mark = owners.length > 0 ? "" : "# ";
  return [
    "# What is archived and deleted, by what rules, by which jobs: each change is reviewed by",
    owners.length > 0 ? "# its owners." : "# its owners. Put them in, and take the # away.",
    ...OWNED.map((path) => `${mark}${path} ${names}`),
    "",
  ].join("\n");
}
