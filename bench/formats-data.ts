// Data sets of the format benchmark: what Warp 10 would print for believable monitoring data.
import { formatHeading } from "../src/warp10/text/write.ts";

/** A data set: how its values and timestamps come about. */
export interface DataSet {
  readonly name: string;
  readonly about: string;
  readonly series: number;
  readonly points: number;
  readonly stepSeconds: number;
  /** A value as text, out of a random walk between 0 and 100. */
  readonly value: (walk: number) => string;
  /**
   * Whether timestamps have random microseconds: none, each series its own, or a host's series the
   * same.
   */
  readonly jitter: "none" | "own" | "shared";
}

const decimal = (value: number): string => {
  const text = String(value);
  return text.includes(".") ? text : `${text}.0`;
};
const long = (walk: number): string => decimal(Math.round(walk * 4) / 4.004);

export const DATA_SETS: readonly DataSet[] = [
  {
    name: "int",
    about: "TSBS-like: integer percentages, 10 s step",
    series: 60,
    points: 26_784,
    stepSeconds: 10,
    value: (walk) => String(Math.trunc(walk)),
    jitter: "none",
  },
  {
    name: "int667",
    about: "the same, 667 points a series",
    series: 2_400,
    points: 667,
    stepSeconds: 60,
    value: (walk) => String(Math.trunc(walk)),
    jitter: "none",
  },
  {
    name: "dec1",
    about: "one decimal",
    series: 60,
    points: 26_784,
    stepSeconds: 10,
    value: (walk) => decimal(Math.round(walk * 10) / 10),
    jitter: "none",
  },
  {
    name: "tele",
    about: "few distinct but long doubles",
    series: 60,
    points: 26_784,
    stepSeconds: 10,
    value: long,
    jitter: "none",
  },
  {
    name: "jitter",
    about: "tele with random microseconds, each series its own",
    series: 60,
    points: 26_784,
    stepSeconds: 10,
    value: long,
    jitter: "own",
  },
  {
    name: "agent",
    about: "telegraf-like: a host's series share their random microseconds",
    series: 60,
    points: 26_784,
    stepSeconds: 10,
    value: long,
    jitter: "shared",
  },
];

const FIELDS = [
  "user",
  "system",
  "idle",
  "nice",
  "iowait",
  "irq",
  "softirq",
  "steal",
  "guest",
  "n",
];
const START_US = 1_730_419_200_000_000;
const CHUNK_BYTES = 65_536;

/** Random numbers in [0, 1), the same ones each time. */
function randomNumbers(): () => number {
  let state = 123_456_789;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4_294_967_296;
  };
}

/** The text of a data set, in chunks as a socket gives them. */
export function textOf(set: DataSet): Buffer[] {
  const random = randomNumbers();
  const normal = () =>
    Math.sqrt(-2 * Math.log(random() + 1e-12)) * Math.cos(2 * Math.PI * random());
  const pieces: Buffer[] = [];
  let shifts: number[] = [];
  for (let number = 0; number < set.series; number++) {
    const host = Math.floor(number / FIELDS.length);
    const field = FIELDS[number % FIELDS.length] ?? "";
    if (set.jitter === "own" || number % FIELDS.length === 0) {
      shifts = Array.from({ length: set.points }, () => Math.floor(random() * 1e6));
    }
    let walk = random() * 100;
    let text = "";
    for (let i = 0; i < set.points; i++) {
      walk = Math.min(100, Math.max(0, walk + normal()));
      const shift = set.jitter === "none" ? 0 : (shifts[i] ?? 0);
      const at = START_US + (set.points - i) * set.stepSeconds * 1e6 + shift;
      const value = set.value(walk);
      text += i === 0 ? `${at}// ${headingOf(host, field)} ${value}\n` : `=${at}// ${value}\n`;
    }
    pieces.push(Buffer.from(text));
  }
  return cutUp(Buffer.concat(pieces));
}

function headingOf(host: number, field: string): string {
  return formatHeading(`cpu.usage_${field}`, {
    ".app": "test",
    arch: "x64",
    datacenter: "eu-west-1b",
    hostname: `host_${host}`,
    os: "Ubuntu16.04LTS",
    rack: "87",
    region: "eu-west-1",
    service: "18",
    service_environment: "production",
    team: "NYC",
  });
}

function cutUp(bytes: Buffer): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    chunks.push(bytes.subarray(at, at + CHUNK_BYTES));
  }
  return chunks;
}
