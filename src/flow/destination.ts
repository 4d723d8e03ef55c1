// Where each credential of a flow goes. Pure; who sends is held to it by src/verbs/destinations.ts.
import type { EnvName, Flow } from "./flow.ts";
import type { Path } from "./problems.ts";
import type { Role } from "./policy-schema.ts";

/** One credential, by its variable, and the address that it is sent to. */
export interface Destination {
  readonly role: Role;
  readonly variable: string;
  /** Normalised, as flows hold it. */
  readonly address: string;
  /** Where the flow says so. */
  readonly path: Path;
}

/** Where Slack's credentials go: a webhook's address is itself the secret. */
export const SLACK_HOOKS = "https://hooks.slack.com";
export const SLACK_API = "https://slack.com";

/** Every destination of a flow, in the order of its sections. */
export function destinations(flow: Flow): Destination[] {
  const { source, archive, purge, alerts, export: form } = flow;
  const store = form.format === "hfile" ? form.store : null;
  const to = (role: Role, { env }: EnvName, address: string, ...path: Path): Destination => ({
    role,
    variable: env,
    address,
    path,
  });
  const ingress = purge.writeFence?.kind === "probe" ? purge.writeFence.probe : [];
  return [
    to("read-token", source.readToken, source.warp10, "source", "warp10"),
    to("delete-token", source.deleteToken, source.warp10, "source", "warp10"),
    ...ingress.map((address, i) =>
      to("probe-token", source.probeToken, address, "purge", "write-fence", "probe", i),
    ),
    to("access-key-id", archive.accessKeyId, archive.s3, "archive", "s3"),
    to("secret-access-key", archive.secretAccessKey, archive.s3, "archive", "s3"),
    ...(store ? [to("hfiles-token", store.token, store.warp10, "export", "store", "warp10")] : []),
    ...(alerts.slack
      ? [
          to("slack", alerts.slack.webhook, SLACK_HOOKS, "alerts", "slack", "webhook"),
          to("slack", alerts.slack.botToken, SLACK_API, "alerts", "slack", "bot-token"),
        ]
      : []),
    ...(alerts.webhook
      ? [to("webhook", alerts.webhook.token, alerts.webhook.url, "alerts", "webhook", "url")]
      : []),
  ];
}

/** A destination in words: `VARIABLE → address`. */
export const destinationText = ({ variable, address }: Destination): string =>
  `${variable} → ${address}`;
