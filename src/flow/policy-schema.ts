// What a person may write in flows/policy.yaml. As with flows the schema is the truth: the editor's
// schema, the reference page and the messages are made from it.
import { z } from "zod";
import { parseAddress } from "./address.ts";
import { addressBy, calendarDuration, oneOf, textBy, wholeNumber } from "./fields.ts";
import { selectSchema } from "./schema-data.ts";

/** What a credential is for: the keys of a flow that name variables. */
export const ROLES = [
  "read-token",
  "delete-token",
  "probe-token",
  "hfiles-token",
  "access-key-id",
  "secret-access-key",
  "slack",
  "webhook",
] as const;
export type Role = (typeof ROLES)[number];

const VARIABLE = "the name of an environment variable: capitals, digits and _";

/** For each role: what is sent to the endpoint. */
const ROLE_TEXTS: Readonly<Record<Role, string>> = {
  "read-token": "Variables whose value may go there as Warp 10 read token.",
  "delete-token": "… as delete token.",
  "probe-token": "… as probe token of the write fence.",
  "hfiles-token": "… as read token of the store that serves HFiles.",
  "access-key-id": "… as id of a bucket's key.",
  "secret-access-key": "Variables with a secret key that may sign requests there.",
  slack: "… as Slack webhook (https://hooks.slack.com) or bot token (https://slack.com).",
  webhook: "… as bearer token of `alerts.webhook`.",
};

const variables = (role: Role) =>
  z
    .array(textBy(/^[A-Z][A-Z0-9_]{0,99}$/, VARIABLE), { error: "a list of variables' names" })
    .min(1, { error: "at least one name" })
    .max(100, { error: "at most 100 names" })
    .optional()
    .meta({ title: "list of variables" })
    .describe(ROLE_TEXTS[role]);

const endpoint = z
  .strictObject({
    address: addressBy(parseAddress, "an https address").describe(
      "A Warp 10, a store, an ingress or a receiver of alerts, as flows write it.",
    ),
    ...(Object.fromEntries(ROLES.map((role) => [role, variables(role)])) as Record<
      Role,
      ReturnType<typeof variables>
    >),
  })
  .describe("An address, and the variables that may be sent to it, by what they are for.");

const most = (limit: number) => wholeNumber(1, limit).optional();

/** The policy file. */
export const policySchema = z
  .strictObject({
    version: z.literal(1, { error: "1" }).describe("Version of this format."),
    hold: oneOf(["all", "none"])
      .default("none")
      .describe("all: nothing is purged, from the moment that it stands on the default branch."),
    "min-version": textBy(/^\d{1,6}\.\d{1,6}\.\d{1,6}$/, "a version such as 1.2.3")
      .optional()
      .meta({ title: "version" })
      .describe("The oldest version of this tool that may purge. Left out: any."),
    "keep-hot": calendarDuration()
      .optional()
      .describe("The least `period.keep-hot` of a flow that may purge. Left out: the flow's own."),
    modes: z
      .array(oneOf(["never", "approve", "automatic"]), { error: "a list of modes" })
      .min(1, { error: "at least one mode" })
      .optional()
      .meta({ title: "list of never, approve, automatic" })
      .describe("The values that `purge.mode` may have. Left out: all."),
    forbid: z
      .array(selectSchema, { error: "a list of selectors" })
      .max(100, { error: "at most 100 selectors" })
      .default([])
      .meta({ title: "list of selectors" })
      .describe(
        "Series that no flow may archive or purge: a selector that may select one is refused.",
      ),
    budget: z
      .strictObject({
        series: most(1e12).describe("Most series. Left out: any."),
        points: most(1e15).describe("Most points. Left out: any."),
        batches: most(1_000_000).describe("Most batches. Left out: any."),
      })
      .prefault({})
      .describe("The most that one run may purge, whatever the flow's budget says."),
    approvers: z
      .array(textBy(/^[A-Za-z0-9][A-Za-z0-9-]{0,38}$/, "a GitHub account's name, without @"), {
        error: "a list of accounts",
      })
      .max(100, { error: "at most 100 accounts" })
      .default([])
      .meta({ title: "list of accounts" })
      .describe("People whose review of an approval's pull request counts. Empty: nobody's."),
    endpoints: z
      .array(endpoint, { error: "a list of endpoints" })
      .max(100, { error: "at most 100 endpoints" })
      .optional()
      .meta({ title: "list of endpoints" })
      .describe("Where credentials may go. Left out: where the default branch's flows send them."),
  })
  .describe("What an organisation says beside its flows. Read from the default branch alone.");

/** What a person wrote, with the defaults filled in. */
export type FilledPolicy = z.output<typeof policySchema>;
