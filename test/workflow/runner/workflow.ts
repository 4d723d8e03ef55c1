// A workflow file as GitHub's own parser reads it.
import {
  isMapping,
  isSequence,
  NoOperationTraceWriter,
  parseWorkflow,
} from "@actions/workflow-parser";
import type { MappingToken } from "@actions/workflow-parser/templates/tokens/mapping-token";
import type { TemplateToken } from "@actions/workflow-parser/templates/tokens/template-token";
import { type Contexts, textOf, valueOf } from "./expressions.ts";

/** One job as written. */
export interface JobText {
  readonly id: string;
  readonly needs: readonly string[];
  readonly token: MappingToken;
}

/** One workflow as written. */
export interface WorkflowText {
  /** `.github/workflows/offload.yml`. */
  readonly path: string;
  readonly name: string;
  readonly root: MappingToken;
  readonly jobs: readonly JobText[];
}

/** A mapping's value by key. */
export function child(token: TemplateToken | undefined, key: string): TemplateToken | undefined {
  return token !== undefined && isMapping(token) ? token.find(key) : undefined;
}

/** A sequence's items, or the one that stands for a sequence. */
export function items(token: TemplateToken | undefined): TemplateToken[] {
  if (token === undefined) return [];
  return isSequence(token) ? [...token] : [token];
}

/** What stands under a key, evaluated; undefined: nothing. */
export const at = (token: TemplateToken | undefined, key: string, contexts: Contexts) => {
  const found = child(token, key);
  return found && valueOf(found, contexts);
};

/** Parses a workflow; throws with every error that GitHub's parser finds. */
export function readWorkflow(path: string, content: string): WorkflowText {
  const { context, value } = parseWorkflow({ name: path, content }, new NoOperationTraceWriter());
  const errors = context.errors.getErrors().map((error) => error.message);
  if (errors.length > 0 || !value || !isMapping(value)) {
    throw new Error(`${path}: ${errors.join("; ") || "not a mapping"}`);
  }
  const jobs = child(value, "jobs");
  if (!jobs || !isMapping(jobs)) throw new Error(`${path} has no jobs`);
  return {
    path,
    name: textOf(at(value, "name", {})) || path,
    root: value,
    jobs: Array.from(jobs, ({ key, value: token }) => {
      if (!isMapping(token)) throw new Error(`${path}: job ${String(key)} is no mapping`);
      const needs = items(token.find("needs")).map((need) => textOf(valueOf(need, {})));
      return { id: String(key), needs, token };
    }),
  };
}
