// The section that says who is told when a flow needs a person.
import { z } from "zod";
import { parseAddress } from "./address.ts";
import { addressBy, fixedDuration, secretIn, textBy, textUpTo } from "./fields.ts";

const login = textBy(
  /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})$/,
  "a GitHub account's name, without @",
).meta({ title: "account" });

const issue = z
  .strictObject({
    labels: z
      .array(textUpTo(50, "a label of at most 50 characters"), { error: "a list of labels" })
      .max(20, { error: "at most 20 labels" })
      .default([])
      .describe("Labels of the flow's issue, besides `cellarman`."),
    assignees: z
      .array(login, { error: "a list of accounts" })
      .max(10, { error: "at most 10 accounts" })
      .default([])
      .describe("Accounts that the issue is assigned to."),
    mentions: z
      .array(
        textBy(
          /^[A-Za-z0-9][A-Za-z0-9-]{0,38}(?:\/[A-Za-z0-9_.-]{1,100})?$/,
          "an account or organisation/team, without @",
        ),
        { error: "a list of accounts or teams" },
      )
      .max(10, { error: "at most 10 names" })
      .default([])
      .describe("Accounts or teams (`organisation/team`) that the issue mentions."),
  })
  .prefault({})
  .describe("The flow's issue: one, opened on failure, updated in place, closed on recovery.");

const slack = z
  .strictObject({
    webhook: secretIn("SLACK_WEBHOOK_URL", "Variable with an incoming webhook's address."),
    "bot-token": secretIn(
      "SLACK_BOT_TOKEN",
      "Variable with a bot's token. Where it is set, the incident's one message is updated.",
    ),
    channel: textBy(/^[CG][A-Z0-9]{8,20}$/, "a channel's id, e.g. C0123456789")
      .optional()
      .describe("Channel id, for the bot's token."),
  })
  .describe("Slack: one message an incident, updated where a bot token allows, else one a change.");

const webhook = z
  .strictObject({
    url: addressBy(
      parseAddress,
      "an https address such as https://alerts.example.net/cellarman",
    ).describe("Where each change of the flow's state is posted as JSON."),
    token: secretIn("ALERT_WEBHOOK_TOKEN", "Variable with a bearer token, sent where it is set."),
  })
  .describe("Any other receiver.");

export const alerts = z
  .strictObject({
    issue,
    slack: slack.optional(),
    webhook: webhook.optional(),
    "overdue-after": fixedDuration("PT1H", "P365D")
      .default("P5D")
      .describe("How long after a period became due it may lack an archive before this is said."),
  })
  .prefault({})
  .describe("Who is told when the flow needs a person.");
