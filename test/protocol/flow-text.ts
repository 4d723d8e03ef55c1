// The flow of a history as a file: runners go by it, and it changes on the default branch.
import type { Flow } from "../../src/flow/flow.ts";
import { loadFlow } from "../../src/flow/load.ts";

/** What the file of a history says. */
export interface Written {
  readonly select: string;
  readonly unit: string | null;
  readonly slice: string | null;
  readonly byLabel: string | null;
  readonly maxSeries: number;
  readonly mode: "never" | "approve" | "automatic";
  readonly graceDays: number;
  /** Ingress addresses; none: the risk is accepted. */
  readonly probe: readonly string[];
  readonly period: string;
}

/** One version of the flow's file. */
export interface Version {
  readonly written: Written;
  readonly text: string;
  readonly flow: Flow;
}

/** Flows by their text: loading is pure, and a twentieth of a history's time. */
const loaded = new Map<string, Flow>();

/** Loads a flow's text as the program does. */
export function flowOfText(text: string): Flow {
  const known = loaded.get(text);
  if (known) return known;
  const result = loadFlow(Buffer.from(text), "flows/model.yaml");
  if (!("flow" in result)) throw new Error(result.problems.map((one) => one.message).join("\n"));
  loaded.set(text, result.flow);
  return result.flow;
}

/** Writes a version down and loads it. */
export function versionOf(written: Written): Version {
  const text = textOf(written);
  return { written, text, flow: flowOfText(text) };
}

const line = (name: string, value: string | null): string =>
  value === null ? "" : `  ${name}: ${value}\n`;

function textOf(w: Written): string {
  const fence =
    w.probe.length === 0
      ? '{ accept-risk: "measured in this very model" }'
      : `{ max-past: PT12H, lag: PT10M, probe: [${w.probe.map((url) => `"${url}"`).join(", ")}] }`;
  return `version: 1
flow: model
source:
  warp10: https://warp10.example.net
${line("time-unit", w.unit)}  select: [{ class: { regex: "${w.select}" } }]
period: { every: day, keep-hot: P1D, first: ${w.period} }
batches:
${line("slice", w.slice)}${line("by-label", w.byLabel)}  max-series: ${w.maxSeries}
archive: { s3: https://store.example.net, bucket: metrics-cold }
run:
  parallel: 1
  order: sequential
  retry: { type: constant, interval: PT1S, max-interval: PT1S, max-attempts: 2, max-duration: PT1H }
purge:
  mode: ${w.mode}
  grace: P${w.graceDays}D
  write-fence: ${fence}
`;
}
