// GitHub's expressions, evaluated by GitHub's own library, with the contexts that GitHub's own
// schema allows at each place.
// Source: https://docs.github.com/en/actions/reference/workflows-and-actions/contexts
import { data, Evaluator, Lexer, Parser } from "@actions/expressions";
import { isBasicExpression, isMapping, isSequence, isString } from "@actions/workflow-parser";
import { splitAllowedContext } from "@actions/workflow-parser/templates/allowed-context";
import type { TemplateToken } from "@actions/workflow-parser/templates/tokens/template-token";

/** A JSON value. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/** What an expression can see: context names to values. */
export type Contexts = Readonly<Record<string, Json>>;

/** What `success()` and its like answer. */
export interface Status {
  readonly success: boolean;
  readonly failure: boolean;
  readonly cancelled: boolean;
}

const GOOD: Status = { success: true, failure: false, cancelled: false };

/** Evaluates one expression; throws where it names a context that is not allowed at its place. */
function evaluate(
  expression: string,
  allowed: readonly string[],
  contexts: Contexts,
  status: Status,
): Json {
  const { namedContexts, functions } = splitAllowedContext([...allowed]);
  const tree = new Parser(new Lexer(expression).lex().tokens, namedContexts, functions).parse();
  const dictionary = JSON.parse(JSON.stringify(contexts), data.reviver) as data.Dictionary;
  const answering = (name: string, answer: boolean) =>
    [name, { name, minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(answer) }] as const;
  const functionsByName = new Map([
    answering("success", status.success),
    answering("failure", status.failure),
    answering("cancelled", status.cancelled),
    answering("always", true),
  ]);
  const found = new Evaluator(tree, dictionary, functionsByName).evaluate();
  return JSON.parse(JSON.stringify(found, data.replacer)) as Json;
}

/** A token's value, expressions and all. */
export function valueOf(token: TemplateToken, contexts: Contexts, status = GOOD): Json {
  if (isBasicExpression(token)) {
    const allowed = token.definitionInfo?.allowedContext ?? [];
    return evaluate(token.expression, allowed, contexts, status);
  }
  if (isSequence(token)) return Array.from(token, (item) => valueOf(item, contexts, status));
  if (isMapping(token)) {
    return Object.fromEntries(
      Array.from(token, ({ key, value }) => [String(key), valueOf(value, contexts, status)]),
    );
  }
  return JSON.parse(JSON.stringify(token)) as Json;
}

/** GitHub's truth: false, 0, -0, "", null are false. */
const isTrue = (value: Json): boolean =>
  value !== false && value !== 0 && value !== "" && value !== null;

const STATUS_FUNCTION = /\b(success|failure|cancelled|always)\s*\(/;

/**
 * Whether a job or step runs. Without a status function the condition is `success() && (…)`.
 * Source: https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#status-check-functions
 */
export function conditionOf(
  token: TemplateToken | undefined,
  contexts: Contexts,
  status: Status,
): boolean {
  if (token === undefined) return status.success;
  const text = isBasicExpression(token) ? token.expression : isString(token) ? token.value : "";
  const whole = STATUS_FUNCTION.test(text) ? text : `success() && (${text})`;
  return isTrue(evaluate(whole, token.definitionInfo?.allowedContext ?? [], contexts, status));
}

/** A value as GitHub writes it into a text. */
export const textOf = (value: Json | undefined): string =>
  value === undefined || value === null
    ? ""
    : typeof value === "object"
      ? JSON.stringify(value)
      : String(value);
