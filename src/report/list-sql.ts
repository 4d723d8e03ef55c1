// A DuckDB view over exactly the sealed objects, in which later seals win. Pure.
import type { Archive } from "../flow/flow.ts";
import { POINT_COLUMNS, TYPE } from "../archive/parquet/format.ts";
import type { SealedAttempt, SealedPeriod } from "./sealed.ts";

/** What a script is made of. */
export interface SqlSource {
  readonly flow: string;
  readonly archive: Archive;
  readonly periods: readonly SealedPeriod[];
  /** The command that made it. */
  readonly command: string;
  readonly now: string;
}

/** The view's name: `cellarman_` and the flow's, hyphens as underscores. */
export const viewName = (flow: string): string => `cellarman_${flow.replaceAll("-", "_")}`;

/** The script: a commented secret, then the view. */
export function listSql(source: SqlSource): string {
  const { flow, archive, periods, command, now } = source;
  const all = periods.flatMap((p) => p.attempts);
  const attempts = all.filter((a) => !a.isHfile);
  const others = all.filter((a) => a.isHfile).flatMap((a) => a.objects.map((o) => o.key));
  const urlsOf = (some: readonly SealedAttempt[]): string[] =>
    some.flatMap((a) => a.objects.map((o) => sqlText(urlOf(archive, o.key))));
  const alone = urlsOf(attempts.filter((a) => a.rank === undefined));
  const ranked = [...Map.groupBy(attempts, (a) => a.rank ?? 0)]
    .filter(([rank]) => rank > 0)
    .map(([rank, some]) => ({ rank, urls: urlsOf(some) }))
    .filter(({ urls }) => urls.length > 0);
  const parts = [
    ...(alone.length > 0 ? [`select * from ${readParquet(alone)}`] : []),
    ...(ranked.length > 0 ? [laterWins(ranked)] : []),
  ];
  const wrong = periods.flatMap((p) => p.wrong);
  const names = periods.map((p) => p.period).join(", ");
  return (
    `-- The archive of ${flow} as of ${now}: ${names || "nothing"}.\n` +
    `-- Made by: ${command}\n` +
    wrong.map((w) => `-- WRONG ${w.seal}: ${w.why.replaceAll(/\s+/g, " ")}\n`).join("") +
    others.map((key) => `-- NOT IN THE VIEW, read by HFFETCH: ${key}\n`).join("") +
    secretTemplate(archive) +
    `create or replace view ${viewName(flow)} as\n` +
    `${parts.join("\nunion all by name\n") || NOTHING};\n`
  );
}

const sqlText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** An object's address. Neither bucket, prefix nor key can hold what DuckDB takes for a pattern. */
const urlOf = ({ bucket, prefix }: Archive, key: string): string =>
  `s3://${bucket}/${prefix === "" ? "" : `${prefix}/`}${key}`;

/** Folders named `period=…` become a text column `period`. */
const readParquet = (urls: readonly string[]): string =>
  `read_parquet([\n  ${urls.join(",\n  ")}\n], ` +
  "hive_partitioning = true, hive_types_autocast = false)";

/** Several seals hold points of one batch: per series and timestamp, the highest rank wins. */
function laterWins(ranked: readonly { rank: number; urls: readonly string[] }[]): string {
  const files = ranked
    .toSorted((a, b) => b.rank - a.rank)
    .map(({ rank, urls }) => `select *, ${rank} as seal_rank from ${readParquet(urls)}`);
  return (
    "select * exclude (seal_rank) from (\n" +
    `${files.join("\nunion all by name\n")}\n) qualify row_number() over (\n` +
    '  partition by class, labels, "timestamp" order by seal_rank desc\n) = 1'
  );
}

const SQL_TYPES = new Map<number, string>([
  [TYPE.boolean, "boolean"],
  [TYPE.int64, "bigint"],
  [TYPE.double, "double"],
]);

/** The view of an empty archive: the same columns, no row. */
const NOTHING = `select ${[
  ...POINT_COLUMNS.map((column) => {
    const text = "text" in column && column.text ? "varchar" : "blob";
    return `null::${SQL_TYPES.get(column.type) ?? text} as "${column.name}"`;
  }),
  'null::varchar as "period"',
].join(", ")} where false`;

function secretTemplate({ s3 }: Archive): string {
  const { host, protocol } = new URL(s3);
  const ssl = protocol === "https:";
  return (
    "-- Once a session, with the keys of a user who may only read:\n" +
    "-- install httpfs; load httpfs;\n" +
    "-- create or replace secret cellarman (\n" +
    "--   type s3, key_id 'KEY_ID', secret 'SECRET',\n" +
    `--   endpoint ${sqlText(host)}, url_style 'path', use_ssl ${ssl}, region 'default');\n`
  );
}
