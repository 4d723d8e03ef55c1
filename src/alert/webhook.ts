// Any other receiver of alerts: one document a change, with a bearer token where one is set.
import type { Flow } from "../flow/flow.ts";
import { alertDocument, type News } from "./news.ts";
import { postJson } from "./post.ts";
import type { Sender } from "./slack.ts";

/** Posts the document. Throws where the receiver did not take it. */
export async function tellWebhook(
  { url, token }: NonNullable<Flow["alerts"]["webhook"]>,
  news: News,
  { env, clock, signal }: Sender,
): Promise<void> {
  const post = {
    what: "the alerts' webhook",
    variable: token.env,
    url,
    bearer: env.get(token.env),
    json: alertDocument(news),
  };
  await postJson(post, clock, signal);
}
