// Which events start a workflow, and with which inputs.
// Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax (on)
import { matchesGlob } from "node:path";
import { isMapping, isString } from "@actions/workflow-parser";
import type { TemplateToken } from "@actions/workflow-parser/templates/tokens/template-token";
import { type Json, textOf, valueOf } from "./expressions.ts";
import { at, child, items } from "./workflow.ts";

/** Whether a push to `ref` that touches these paths passes an event's filters. */
export function filtersMatch(
  event: TemplateToken | undefined,
  ref: string,
  paths: readonly string[],
): boolean {
  if (event === undefined) return false;
  const texts = (key: string): string[] =>
    items(child(event, key)).map((one) => textOf(valueOf(one, {})));
  const branch = ref.replace(/^refs\/heads\//, "");
  const branches = texts("branches");
  const wanted = texts("paths");
  const onBranch = branches.length === 0 || branches.some((glob) => matchesGlob(branch, glob));
  return (
    onBranch &&
    (wanted.length === 0 || paths.some((p) => wanted.some((glob) => matchesGlob(p, glob))))
  );
}

function listensTo(on: TemplateToken | undefined, event: string): boolean {
  if (on === undefined) return false;
  if (isString(on)) return on.value === event;
  if (isMapping(on)) return on.find(event) !== undefined;
  return items(on).some((one) => textOf(valueOf(one, {})) === event);
}

/**
 * The `inputs` context of an event: typed by what the workflow declares, empty but for dispatches
 * and calls. Throws where the workflow does not listen, or a dispatch gives what it must not.
 */
export function inputsOf(
  on: TemplateToken | undefined,
  event: string,
  given: Readonly<Record<string, Json>>,
): Record<string, Json> {
  if (!listensTo(on, event)) throw new Error(`the workflow does not listen to ${event}`);
  if (event !== "workflow_dispatch" && event !== "workflow_call") return {};
  const declared = child(child(on, event), "inputs");
  const inputs: Record<string, Json> = {};
  if (declared && isMapping(declared)) {
    for (const { key, value } of declared) {
      const name = String(key);
      const type = textOf(at(value, "type", {}));
      const said = given[name] ?? at(value, "default", {}) ?? (type === "boolean" ? false : "");
      const options = items(child(value, "options")).map((one) => textOf(valueOf(one, {})));
      if (type === "choice" && !options.includes(textOf(said))) {
        throw new Error(`Provided value '${textOf(said)}' for input '${name}' not in the list`);
      }
      inputs[name] = type === "boolean" ? textOf(said) === "true" : said;
    }
  }
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(inputs, name));
  if (unknown.length > 0) throw new Error(`Unexpected inputs provided: ${unknown.join()}`);
  return inputs;
}
