// Violations to plant: for each, where it stands, what stands there, and the rule that must see it.

/** A file that breaks one rule of the linter. */
export interface Planted {
  readonly file: string;
  readonly rule: string;
  readonly text: string;
}

type Row = readonly [rule: string, ...lines: string[]];

const repeat = (count: number, line: (index: number) => string): string[] =>
  Array.from({ length: count }, (_, index) => line(index));

const LONG_FUNCTION = [
  "export function long(): number[] {",
  "  const all = [0];",
  ...repeat(70, (index) => `  all.push(${index});`),
  "  return all;",
  "}",
];
const FETCH_IT = "const fetchIt = async (): Promise<number> => await Promise.resolve(1);";
const SIZE = "export function size(x: 'a' | 'b'): void {";

/** What no file may hold. */
const HYGIENE: readonly Row[] = [
  ["max-lines", ...repeat(251, (index) => `export const value${index} = ${index};`)],
  ["max-lines-per-function", ...LONG_FUNCTION],
  ["max-columns", `// ${"word ".repeat(21)}`],
  ["no-default-export", "export default 1;"],
  ["no-explicit-any", "export const anything = (value: any): string => String(value);"],
  ["no-non-null-assertion", "export const first = (list: number[]): number => list[0]!;"],
  ["ban-ts-comment", "// @ts-ignore", "export const wrong: number = 1;"],
  ["switch-exhaustiveness-check", SIZE, "  switch (x) {", "    case 'a':", "  }", "}"],
  ["no-floating-promises", FETCH_IT, "export function go(): void {", "  fetchIt();", "}"],
  ["no-floating-promises", FETCH_IT, "export function go(): void {", "  void fetchIt();", "}"],
  ["no-misused-promises", FETCH_IT, "export const is = (): string => (fetchIt() ? 'a' : 'b');"],
  ["no-console", "export const shout = (): void => console.log('x');"],
];

const IMPORTS: readonly Row[] = [
  ["layers", "export { eraseRange } from '../purge/delete.ts';"],
  ["layers", "export const load = () => import('../purge/delete.ts');"],
  ["layers", "import type { Erase } from '../purge/delete.ts';", "export type Mine = Erase;"],
  ["layers", "import { request } from 'undici';", "export const call = () => request('x');"],
  ["layers", "import { get } from 'node:http';", "export const call = () => get('x');"],
  ["layers", "import { S3Client } from '@aws-sdk/client-s3';", "export const Client = S3Client;"],
  ["layers", "import { parquetRead } from 'hyparquet';", "export const read = parquetRead;"],
  ["layers", "import { parse } from 'yaml';", "export const read = parse;"],
  ["layers", "import { serve } from '../../sim/warp10/server.ts';", "export const run = serve;"],
  ["layers", "import { env } from 'node:process';", "export const home = () => env;"],
  [
    "warrant-from-gate",
    "import { issueWarrant } from '../purge/warrant.ts';",
    "export const make = issueWarrant;",
  ],
  [
    "warrant-from-gate",
    "import * as all from '../purge/warrant.ts';",
    "export const make = () => all.issueWarrant();",
  ],
  ["no-re-export", "export { systemClock } from '../runtime/clock.ts';"],
  ["no-re-export", "export * from '../runtime/clock.ts';"],
  ["no-re-export", "import { systemClock as c } from '../runtime/clock.ts';", "export { c };"],
];

const IMPORT_TIME: readonly Row[] = [
  [
    "no-top-level-work",
    "import { readFileSync } from 'node:fs';",
    "export const text = readFileSync('x', 'utf8');",
  ],
  ["no-top-level-work", "await Promise.resolve();", "export const done = true;"],
  ["no-top-level-work", "const all: number[] = [];", "for (const one of [1, 2]) all.push(one);"],
  ["no-top-level-work", "import pLimit from 'p-limit';", "export const x = { few: pLimit(4) };"],
];

const AMBIENT: readonly Row[] = [
  ["runtime-only", "export const home = () => process.env['HOME'];"],
  ["runtime-only", "export const home = () => globalThis.process.env['HOME'];"],
  ["runtime-only", "const p = process;", "export const home = () => p.env['HOME'];"],
  [
    "runtime-only",
    "export const home = () => {",
    "  const { env } = process;",
    "  return env;",
    "};",
  ],
  ["runtime-only", "export const home = () => process['env'];"],
  ["runtime-only", "export const now = (): number => Date.now();"],
  ["runtime-only", "export const now = (): Date => new Date();"],
  ["runtime-only", "export const now = (): string => Date();"],
  ["runtime-only", "export const now = () => {", "  const D = Date;", "  return D.now();", "};"],
  ["runtime-only", "export const now = (): number => performance.now();"],
  [
    "runtime-only",
    "import { Temporal } from 'temporal-polyfill';",
    "export const now = () => Temporal.Now.instant();",
  ],
  [
    "runtime-only",
    "import { Temporal as T } from 'temporal-polyfill';",
    "export const now = () => {",
    "  const { Now } = T;",
    "  return Now;",
    "};",
  ],
  ["runtime-only", "export const dice = (): number => Math.random();"],
  ["runtime-only", "export const dice = () => {", "  const { random: r } = Math;", "  r();", "};"],
  ["runtime-only", "export const id = (): string => crypto.randomUUID();"],
  ["runtime-only", "import { randomUUID } from 'node:crypto';", "export const id = randomUUID;"],
  ["runtime-only", "import { randomBytes as b } from 'crypto';", "export const id = () => b(16);"],
  [
    "runtime-only",
    "import * as c from 'node:crypto';",
    "export const id = () => c.randomBytes(1);",
  ],
  ["runtime-only", "export const later = (f: () => void) => setTimeout(f, 1);"],
  ["runtime-only", "export const often = (f: () => void) => setInterval(f, 1);"],
  ["runtime-only", "export const stop = (): AbortSignal => AbortSignal.timeout(1);"],
];

const inFolder = (folder: string, rows: readonly Row[]): Planted[] =>
  rows.map(([rule, ...lines], index) => ({
    file: `${folder}/planted${index}.ts`,
    rule,
    text: `${lines.join("\n")}\n`,
  }));

const HOME = "export const home = () => process.env['HOME'];";

/** Everything to plant. */
export const PLANTED: readonly Planted[] = [
  ...inFolder("src/report", [...HYGIENE, ...IMPORTS, ...IMPORT_TIME, ...AMBIENT]),
  ...inFolder("src/plan", [
    ["layers", "import { readFileSync } from 'node:fs';", "export const read = readFileSync;"],
    ["layers", "import type { C } from '../warp10/client.ts';", "export type Mine = C;"],
    ["layers", "import { put } from '../cellar/client.ts';", "export const store = put;"],
    ["layers", "import { git } from '../forge/git.ts';", "export const say = git;"],
  ]),
  ...inFolder("src/flow", [
    ["layers", "import { readFile } from 'node:fs/promises';", "export const read = readFile;"],
  ]),
  ...inFolder("src/ledger", [
    ["layers", "import { request } from 'undici';", "export const call = request;"],
  ]),
  ...inFolder("src/runtime", [["runtime-only", HOME]]),
  ...inFolder("src/purge", [
    [
      "warrant-from-gate",
      "import { issueWarrant } from './warrant.ts';",
      "export const make = issueWarrant;",
    ],
  ]),
  ...inFolder("sim", [
    [
      "layers",
      "import { eraseRange } from '../src/purge/delete.ts';",
      "export const e = eraseRange;",
    ],
  ]),
  ...inFolder("src/cycle", [
    ["no-cycle", "import { b } from './planted1.ts';", "export const a = (): number => b();"],
    ["no-cycle", "import { a } from './planted0.ts';", "export const b = (): number => a();"],
  ]),
  { file: "src/main.ts", rule: "runtime-only", text: "export const out = process.stdout;\n" },
  { file: "src/cli.ts", rule: "runtime-only", text: `${HOME}\n` },
];
