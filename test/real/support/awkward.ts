// Points that are easily lost on the way: one line each, as /update takes it.
import type { Range } from "../../../src/warp10/range.ts";

/** Values as text goes in; what comes out is the server's own spelling of them. */
const VALUES = [
  "0",
  "-1",
  "9007199254740993",
  "9223372036854775807",
  "-9223372036854775808",
  "0.0",
  "-0.0",
  "0.1",
  "12.30",
  "1.0E10",
  "1.0E-5",
  "9.007199254740992E15",
  "4.9E-324",
  "1.7976931348623157E308",
  "2.2250738585072014E-308",
  "0.30000000000000004",
  "123456.789012345678",
  "NaN",
  "Infinity",
  "-Infinity",
  "T",
  "F",
  "''",
  "'plain'",
  "'%27quoted%27%20%22twice%22'",
  "'100%25%20%2B%20a%26b%3Dc%2Cd'",
  "'line%0Ateil%0D%0A%09tab'",
  "'%00%01%1F%7F'",
  "'gr%C3%BC%C3%9Fe%20%E4%BD%A0%E5%A5%BD%20%F0%9F%A6%80'",
  "'%7B%7D%28%29%5B%5D%3C%3E%23%20//%20%3D1//%20x'",
  "'b64:AAECAw'",
  "b64:AAECAwT_-w",
  "b64:",
  "hex:00ff7f80",
] as const;

/** Places: latitude, longitude and elevation as they stand in a line. */
const PLACES = [
  "/",
  "/42",
  "/-9223372036854775807",
  "48.5:-4.5/",
  "48.5:-4.5/1",
  "90.0:180.0/0",
  "-90.0:-180.0/-1",
  "0.0:0.0/9223372036854775807",
] as const;

/** Names, percent-encoded, behind the prefix; and label sets. */
const NAMES = [
  "plain",
  "with%20blank",
  "a%2Bb%2Cc%3Dd%7Be%7D",
  "%E6%97%A5%E6%9C%AC",
  "%22q%27",
  "%25%2541",
];
const LABELS = [
  "",
  "host=a",
  "host=a,dc=par",
  "empty=",
  "host=,other=x",
  "na%20me=va%20lue,%2C=%3D",
  "%E7%B8%A4=%F0%9F%A6%80",
  "q%22=%27%5C%2F%0A",
];

/** A few hundred lines within the range, its first and last instants among them. */
export function awkwardLines(prefix: string, { start, end }: Range): string[] {
  const lines: string[] = [];
  for (const [i, value] of VALUES.entries()) {
    const place = PLACES[i % PLACES.length] ?? "/";
    lines.push(line(start + BigInt(i), place, `${prefix}mixed{}`, value));
    lines.push(line(end - BigInt(i), place, `${prefix}mixed{host=z}`, value));
    lines.push(line(start + 1_000n + BigInt(i), "/", `${prefix}one${i}{n=${i}}`, value));
  }
  for (const [i, place] of PLACES.entries()) {
    lines.push(line(start + BigInt(i) * 7n, place, `${prefix}geo{}`, `${i}.5`));
  }
  for (const [i, name] of NAMES.entries()) {
    for (const [j, labels] of LABELS.entries()) {
      const at = start + BigInt(i * 10 + j);
      lines.push(line(at, "/", `${prefix}${name}{${labels}}`, String(i * j)));
    }
  }
  return lines;
}

const line = (timestamp: bigint, place: string, series: string, value: string): string =>
  `${timestamp}/${place} ${series} ${value}`;

/** Ordinary lines: series of integers and of decimals, a point a minute from the range's start. */
export function ordinaryLines(
  prefix: string,
  { start }: Range,
  minute: bigint,
  points = 600,
): string[] {
  return Array.from({ length: points }, (_, i) => {
    const at = start + BigInt(i) * minute;
    return [
      `${at}// ${prefix}cpu{host=a,cpu=0} ${(i * 7) % 101}`,
      `${at}// ${prefix}cpu{host=b,cpu=0} ${(i * 11) % 101}`,
      `${at}// ${prefix}temp{host=a} ${((i * 3) % 997) / 10 + 0.05}`,
    ];
  }).flat();
}
