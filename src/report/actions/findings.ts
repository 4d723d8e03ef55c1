// What a verb's document says of single pieces of work: what failed, and how. Pure.
import { z } from "zod";
import type { ErrorCode } from "../../runtime/errors.ts";
import { classOfFailure, type FailureClass } from "../../runtime/failure-class.ts";

/** One piece of work: `metrics 2025-11 3f…-00001`, and what became of it. */
export interface Finding {
  readonly what: string;
  /** Undefined: it went well. */
  readonly class: FailureClass | undefined;
  /** What failed, or what was done. */
  readonly message: string;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

const failure = z.looseObject({
  code: z.string(),
  message: z.string(),
  hint: z.string().nullish(),
  retryable: z.boolean().optional(),
});
const batch = z.looseObject({
  batch: z.string(),
  flow: z.string().optional(),
  period: z.string().optional(),
  error: failure.optional(),
  outcome: z.string().optional(),
  note: z.string().nullish(),
  differences: z.array(z.string()).optional(),
  points: z.string().optional(),
  bytes: z.number().optional(),
  left: z.boolean().optional(),
});
const flow = z.looseObject({
  flow: z.string(),
  period: z.string().optional(),
  batches: z.array(batch).optional().catch(undefined),
  failed: z.array(z.string()).optional().catch(undefined),
  note: z.string().nullish(),
  error: failure.nullish(),
});
const place = z.looseObject({
  file: z.string(),
  line: z.number(),
  column: z.number(),
  message: z.string(),
});
const cause = z.looseObject({
  flow: z.string(),
  what: z.string(),
  class: z.string().nullable(),
  todo: z.string(),
});
const alert = z.looseObject({
  flow: z.string(),
  failures: z.array(z.looseObject({ channel: z.string(), ...failure.shape })),
});
const documentSchema = z.looseObject({
  flows: z.array(flow).optional().catch(undefined),
  batches: z.array(batch).optional().catch(undefined),
  problems: z.array(place).optional().catch(undefined),
  broken: z
    .array(z.looseObject({ flow: z.string(), ...failure.shape }))
    .optional()
    .catch(undefined),
  causes: z.array(cause).optional().catch(undefined),
  alerts: z.array(alert).optional().catch(undefined),
});

/** The pieces of work that a document of whatever verb tells of. */
export function findingsIn(document: Readonly<Record<string, unknown>>): Finding[] {
  const parsed = documentSchema.safeParse(document);
  if (!parsed.success) return [];
  const {
    flows = [],
    batches = [],
    problems = [],
    broken = [],
    causes = [],
    alerts = [],
  } = parsed.data;
  return [
    ...problems.map(({ file, line, column, message }) => ({
      what: file,
      class: "deterministic" as const,
      message,
      file,
      line,
      column,
    })),
    ...broken.map(({ flow: what, ...error }) => ({ what, ...failed(error) })),
    ...flows.flatMap(flowFindings),
    ...batches.map((b) => batchFinding(b, b.flow ?? "", b.period ?? "")),
    ...causes.map((one) => ({
      what: one.flow,
      class: classNamed(one.class),
      message: `${one.what} → ${one.todo}`,
    })),
    ...alerts.flatMap(({ flow: what, failures }) =>
      failures.map(({ channel, ...error }) => {
        const { class: found, message } = failed(error);
        return { what, class: found, message: `the ${channel} was not told: ${message}` };
      }),
    ),
  ];
}

const classNamed = (name: string | null): FailureClass =>
  name === "mismatch" || name === "transient" || name === "interrupted" ? name : "deterministic";

function flowFindings(one: z.infer<typeof flow>): Finding[] {
  return [
    ...(one.error ? [{ what: one.flow, ...failed(one.error) }] : []),
    ...(one.batches ?? []).map((b) => batchFinding(b, one.flow, b.period ?? one.period ?? "")),
    ...(one.failed ?? []).map((message) => ({
      what: one.flow,
      class: "transient" as const,
      message,
    })),
  ];
}

/** An error as a finding's class and message. */
export function failed(error: z.infer<typeof failure>): Pick<Finding, "class" | "message"> {
  const { code, message, hint, retryable = false } = error;
  return {
    class: classOfFailure({ code: code as ErrorCode, retryable }),
    message: hint ? `${message}. ${hint}` : message,
  };
}

/** Outcomes of a batch that end its way for now, and what they mean for trying again. */
const BAD_OUTCOMES: Readonly<Record<string, FailureClass>> = {
  quarantine: "mismatch",
  retry: "transient",
  purging: "transient",
  failed: "transient",
};

function batchFinding(one: z.infer<typeof batch>, flowName: string, period: string): Finding {
  const what = `${flowName} ${period} ${one.batch}`;
  if (one.error) return { what, ...failed(one.error) };
  const bad = one.outcome === undefined ? undefined : BAD_OUTCOMES[one.outcome];
  const why = one.note ?? one.differences?.slice(0, 3).join("; ") ?? "";
  const done = [
    one.left === true ? "left to the next run: time is over" : (one.outcome ?? "done"),
    one.points === undefined ? "" : `${one.points} points`,
    one.bytes === undefined ? "" : `${one.bytes} bytes`,
    why,
  ];
  return { what, class: bad, message: done.filter(Boolean).join(", ") };
}
