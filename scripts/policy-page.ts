// The reference page of the policy, from the generated JSON Schema.
import { type JsonSchema, sectionTables } from "./reference-page.ts";

/** Text of `docs/reference/policy.md`. */
export const policyPage = (schema: JsonSchema): string =>
  [HEAD, ...sectionTables(schema), WHERE].join("\n");

const HEAD = `<!-- Made by scripts/generate-schema.ts. Do not edit. -->

# The policy

\`flows/policy.yaml\` is what an organisation says beside its flows. It is optional, and it is read
from the default branch alone (in a review: from the base branch), so that a change cannot loosen
what it is judged by. Keep it by CODEOWNERS. \`cellarman init --policy\` writes one that lists the
endpoints of the flows that are there.

\`\`\`yaml
# yaml-language-server: $schema=../schema/policy.schema.json
version: 1
min-version: 0.1.0
keep-hot: P3M
modes: [never, approve]
forbid:
  - { class: { regex: 'billing\\..*' } }
budget: { points: 30000000000 }
approvers: [ann, bob]
endpoints:
  - address: https://warp10.example.net
    read-token: [WARP10_READ_TOKEN]
    delete-token: [WARP10_DELETE_TOKEN]
    probe-token: [WARP10_PROBE_TOKEN]
  - address: https://cellar-c2.services.clever-cloud.com
    access-key-id: [CELLAR_ADDON_KEY_ID]
    secret-access-key: [CELLAR_ADDON_KEY_SECRET]
\`\`\`

\`cellarman validate\` checks it with the flows: every problem at once, each with file, line and
column. A policy that cannot be read forbids every purge.
`;

const WHERE = `## What goes by it, and when

| key | in a review | at run time |
|---|---|---|
| \`hold\` | a change of it is said | the gate says no; nothing is purged |
| \`min-version\` | fails where this tool is older | the gate says no |
| \`keep-hot\`, \`modes\`, \`forbid\` | fails, at the line that breaks it | the gate says no |
| \`budget\` | fails where a flow's own is larger | \`plan\` cuts the purge list to the lesser |
| \`approvers\` | a change of it is said | whose review of an approval counts |
| \`endpoints\` | fails, at the line that breaks it | no credential goes anywhere else |

- **forbid** errs on the side of forbidding. A selector passes only where it is certain that no
  series is selected by both: two different names or values of one label, a name that a regular
  expression does not match, or expressions that begin with different letters. So
  \`{ class: { regex: '.*' } }\` breaks every \`forbid\` of classes; give the flow a
  label's value, or a lookahead that keeps out the exact name: \`{ regex: '(?!billing$).*' }\`.
- **keep-hot** is compared from the beginning of each month of four years: P90D is less than P3M
  in some.
- **endpoints** replaces the rule that a credential goes where the default branch's version of the
  same flow sends it. Addresses are compared as flows hold them: lower-case host, no slash at the
  end, no default port. An ingress that a write fence probes is an address like any other.
- **Without a remote** the file on disk counts.
`;
