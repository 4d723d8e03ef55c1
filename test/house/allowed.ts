// Files that do what only they may do: the linter has to let each of them be.

const files: Readonly<Record<string, readonly string[]>> = {
  "src/runtime/environment.ts": ["export const home = () => process.env['HOME'];"],
  "src/runtime/clock.ts": [
    "export const systemClock = { now: (): number => Date.now() };",
    "export const wake = (f: () => void) => setTimeout(f, 1);",
  ],
  "src/action.ts": [
    "const { stdout, argv } = process;",
    "stdout.write(`${argv.length}`);",
    "process.exitCode = 0;",
  ],
  "src/purge/delete.ts": [
    "export type Erase = string;",
    "export const eraseRange = (range: Erase): Erase => range;",
  ],
  "src/purge/warrant.ts": ["export function issueWarrant(): number {", "  return 1;", "}"],
  "src/purge/gate.ts": [
    "import { issueWarrant } from './warrant.ts';",
    "export const open = (): number => issueWarrant();",
  ],
  "src/purge/purge.ts": [
    "import { eraseRange } from './delete.ts';",
    "export const purge = (): string => eraseRange('x');",
  ],
  "src/flow/load.ts": [
    "import { readFileSync } from 'node:fs';",
    "export const read = (): string => readFileSync('x', 'utf8');",
  ],
  "src/flow/schema.ts": [
    "import { z } from 'zod';",
    "export const flowSchema = z.strictObject({ at: z.date().max(new Date(0)) });",
    "export const words = new Set('a b'.split(' '));",
    "export const isDate = (x: unknown): boolean => x instanceof Date;",
  ],
  "src/cellar/client.ts": [
    "import { S3Client } from '@aws-sdk/client-s3';",
    "export const s3 = (): S3Client => new S3Client({});",
  ],
  "src/warp10/client.ts": [
    "import { request } from 'undici';",
    "export const call = (): Promise<unknown> => request('x');",
  ],
  "src/report/address.ts": [`// https://example.net/${"x".repeat(100)}`, "export const one = 1;"],
  "test/purge/gate.test.ts": [
    "import { issueWarrant } from '../../src/purge/warrant.ts';",
    "export const warrant = issueWarrant();",
  ],
};

/** Path and text of each. */
export const ALLOWED: readonly { readonly file: string; readonly text: string }[] = Object.entries(
  files,
).map(([file, lines]) => ({ file, text: `${lines.join("\n")}\n` }));
