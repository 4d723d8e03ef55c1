// Which variables the flows of a repository name, by the job's role and by environment. Pure.
import type { EnvName, Flow } from "../flow/flow.ts";

/** The variables that shipped workflows map, as flows name them by default. */
export const DEFAULT_VARIABLES = [
  "WARP10_READ_TOKEN",
  "WARP10_HFILES_TOKEN",
  "WARP10_DELETE_TOKEN",
  "WARP10_PROBE_TOKEN",
  "CELLAR_ADDON_KEY_ID",
  "CELLAR_ADDON_KEY_SECRET",
  "SLACK_WEBHOOK_URL",
  "SLACK_BOT_TOKEN",
  "ALERT_WEBHOOK_TOKEN",
] as const;
export type DefaultVariable = (typeof DEFAULT_VARIABLES)[number];

/** For each default variable, the names that the flows give it: sorted, each once. */
export type VariableNames = Readonly<Record<DefaultVariable, readonly string[]>>;

/** What the flows name; a role that no flow has is not mapped at all. */
export function variablesOf(flows: readonly Flow[]): VariableNames {
  const named = flows.map(ofFlow);
  const all = (name: DefaultVariable): readonly string[] =>
    [...new Set(named.flatMap((one) => one[name]?.env ?? []))].toSorted();
  return Object.fromEntries(DEFAULT_VARIABLES.map((name) => [name, all(name)])) as VariableNames;
}

function ofFlow({
  source,
  export: exported,
  archive,
  purge,
  alerts,
}: Flow): Partial<Record<DefaultVariable, EnvName>> {
  const isPurging = purge.mode !== "never";
  return {
    WARP10_READ_TOKEN: source.readToken,
    ...(exported.format === "hfile" && exported.store
      ? { WARP10_HFILES_TOKEN: exported.store.token }
      : {}),
    ...(isPurging ? { WARP10_DELETE_TOKEN: source.deleteToken } : {}),
    ...(purge.writeFence?.kind === "probe" ? { WARP10_PROBE_TOKEN: source.probeToken } : {}),
    CELLAR_ADDON_KEY_ID: archive.accessKeyId,
    CELLAR_ADDON_KEY_SECRET: archive.secretAccessKey,
    ...(alerts.slack
      ? { SLACK_WEBHOOK_URL: alerts.slack.webhook, SLACK_BOT_TOKEN: alerts.slack.botToken }
      : {}),
    ...(alerts.webhook ? { ALERT_WEBHOOK_TOKEN: alerts.webhook.token } : {}),
  };
}
