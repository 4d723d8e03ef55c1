// Slack: an incident's one message, written once and updated, where a bot's token and a channel are
// set; else one message a change, through the incoming webhook.
// https://docs.slack.dev/reference/methods/chat.postMessage and chat.update
import { z } from "zod";
import type { Flow } from "../flow/flow.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Environment } from "../runtime/environment.ts";
import { CellarmanError } from "../runtime/errors.ts";
import type { Marker } from "./marker.ts";
import { type News, slackMessage } from "./news.ts";
import { postJson } from "./post.ts";

/** Where a message goes. */
type Slack = NonNullable<Flow["alerts"]["slack"]>;

/** Slack's API; `SLACK_API_URL` names another (GovSlack, or a stand-in). */
const API = "https://slack.com/api";

/** What messages are sent with. */
export interface Sender {
  readonly env: Environment;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

const answerSchema = z.looseObject({
  ok: z.boolean(),
  error: z.string().optional(),
  ts: z.string().optional(),
  channel: z.string().optional(),
});

/**
 * Tells Slack. Resolves to where the incident's message stands, or null where a webhook took it.
 * Throws where Slack was not told.
 */
export async function tellSlack(
  slack: Slack,
  news: News,
  known: Marker["slack"],
  sender: Sender,
): Promise<Marker["slack"]> {
  const token = sender.env.get(slack.botToken.env);
  const text = slackMessage(news);
  if (token !== undefined && slack.channel !== null) {
    return byBot({ ...slack, channel: slack.channel }, token, { text, known }, sender);
  }
  const url = sender.env.get(slack.webhook.env);
  if (url === undefined) throw notSet(slack);
  const { clock, signal } = sender;
  const variable = slack.webhook.env;
  await postJson(
    { what: "the Slack webhook", variable, url, bearer: undefined, json: { text } },
    clock,
    signal,
  );
  return null;
}

/** The message was removed, or is too old to be edited here: it is written anew. */
const GONE: ReadonlySet<string> = new Set([
  "message_not_found",
  "edit_window_closed",
  "cant_update_message",
]);

async function byBot(
  slack: Slack & { channel: string },
  token: string,
  { text, known }: { text: string; known: Marker["slack"] },
  sender: Sender,
): Promise<Marker["slack"]> {
  const call = (method: string, json: object) => callSlack(slack, token, method, json, sender);
  if (known) {
    const updated = await call("chat.update", { channel: known.channel, ts: known.ts, text });
    if (updated.ok) return known;
    if (!GONE.has(updated.error ?? "")) throw slackRefused(slack, updated.error);
  }
  const posted = await call("chat.postMessage", { channel: slack.channel, text });
  if (!posted.ok) throw slackRefused(slack, posted.error);
  const { ts, channel = slack.channel } = posted;
  return ts === undefined ? null : { channel, ts };
}

async function callSlack(
  slack: Slack,
  bearer: string,
  method: string,
  json: object,
  { env, clock, signal }: Sender,
): Promise<z.infer<typeof answerSchema>> {
  const url = `${env.get("SLACK_API_URL") ?? API}/${method}`;
  const variable = slack.botToken.env;
  const text = await postJson(
    { what: `Slack's ${method}`, variable, url, bearer, json },
    clock,
    signal,
  );
  try {
    return answerSchema.parse(JSON.parse(text));
  } catch {
    throw new CellarmanError("unreadable", `Slack's ${method} answered no JSON`, {
      hint: "A proxy may have answered in Slack's place.",
      retryable: true,
    });
  }
}

/** Slack's own names of errors are words; anything else is not repeated. */
function slackRefused({ botToken }: Slack, error: string | undefined): CellarmanError {
  const name = /^[a-z_]{2,40}$/.test(error ?? "") ? error : "an unknown error";
  return new CellarmanError("not-authorised", `Slack took no message: ${name}`, {
    hint: `See that ${botToken.env} has chat:write and that the bot is in the channel.`,
  });
}

const notSet = ({ webhook, botToken, channel }: Slack): CellarmanError =>
  new CellarmanError("not-authorised", `the flow names Slack, but ${webhook.env} is not set`, {
    hint:
      channel === null
        ? `Set ${webhook.env} in the job that reports.`
        : `Set ${botToken.env}, or ${webhook.env}, in the job that reports.`,
  });
