// Rules on names: nothing twice, and nothing that the server would ignore.
import { canonicalJson } from "../ledger/canonical.ts";
import type { Rule } from "./rule.ts";

export const selectorsDiffer: Rule = {
  name: "selectors-differ",
  says: "no two selectors of `source.select` are equal.",
  reads: [["source", "select"]],
  check({ source }) {
    return repeats(source.select.map(canonicalJson)).map(([at, first]) => ({
      path: ["source", "select", at],
      reason: `is the same as source.select[${first}]`,
      expected: "each selector once",
    }));
  },
};

/** The server replaces these by what the token says, without a word (facts warp10 §3). */
const TOKEN_LABELS = new Set([".app", ".owner", ".producer"]);

export const labelsAreNotTheTokens: Rule = {
  name: "labels-are-not-the-tokens",
  says: "no selector or `by-label` names .app, .owner or .producer.",
  reads: [
    ["source", "select"],
    ["batches", "by-label"],
  ],
  check({ source, batches }) {
    const named = source.select.flatMap((selector, i) =>
      Object.keys(selector.labels).map((label) => ["source", "select", i, "labels", label]),
    );
    if (batches.byLabel !== null) named.push(["batches", "by-label", batches.byLabel]);
    return named
      .filter((path) => TOKEN_LABELS.has(String(path.at(-1))))
      .map((path) => ({
        path: path[0] === "batches" ? path.slice(0, 2) : path,
        reason: "names a label that the token decides, so the server would ignore it",
        expected: "a label other than .app, .owner and .producer",
      }));
  },
};

const SECRETS = [
  ["source", "read-token"],
  ["source", "delete-token"],
  ["source", "probe-token"],
  ["archive", "access-key-id"],
  ["archive", "secret-access-key"],
  ["alerts", "slack", "webhook"],
  ["alerts", "slack", "bot-token"],
  ["alerts", "webhook", "token"],
  ["export", "store", "read-token"],
] as const;

export const secretsDiffer: Rule = {
  name: "secrets-differ",
  says: "each secret has a variable of its own.",
  reads: SECRETS,
  check({ source, archive, alerts, export: exported }) {
    const store = exported.format === "hfile" ? exported.store : null;
    const named = [
      { secret: source.readToken, at: SECRETS[0] },
      { secret: source.deleteToken, at: SECRETS[1] },
      { secret: source.probeToken, at: SECRETS[2] },
      { secret: archive.accessKeyId, at: SECRETS[3] },
      { secret: archive.secretAccessKey, at: SECRETS[4] },
      { secret: alerts.slack?.webhook, at: SECRETS[5] },
      { secret: alerts.slack?.botToken, at: SECRETS[6] },
      { secret: alerts.webhook?.token, at: SECRETS[7] },
      { secret: store?.token, at: SECRETS[8] },
    ].flatMap(({ secret, at }) => (secret ? [{ env: secret.env, at }] : []));
    return repeats(named.map(({ env }) => env)).map(([at, first]) => ({
      path: [...(named[at]?.at ?? []), "env"],
      reason: `is the same variable as ${named[first]?.at.join(".")}.env`,
      expected: "a variable of its own for each secret",
    }));
  },
};

export const probesDiffer: Rule = {
  name: "probes-differ",
  says: "each ingress is probed once.",
  reads: [["purge", "write-fence"]],
  check({ purge: { writeFence } }) {
    if (writeFence?.kind !== "probe") return [];
    return repeats(writeFence.probe).map(([at, first]) => ({
      path: ["purge", "write-fence", "probe", at],
      reason: `is the same address as probe[${first}]`,
      expected: "each ingress once",
    }));
  },
};

/** Pairs of a repeated value's index and the index where it stood first. */
function repeats(values: readonly string[]): [at: number, first: number][] {
  return values
    .map((value, at): [number, number] => [at, values.indexOf(value)])
    .filter(([at, first]) => first < at);
}
