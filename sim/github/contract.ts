// What GitHub's OpenAPI description says of each call: requests and answers are held against it.
import { readFileSync } from "node:fs";
import { Ajv, type ValidateFunction } from "ajv";

/** One operation of the extract (scripts/github-openapi.ts). */
export interface Operation {
  readonly id: string;
  readonly query: Readonly<Record<string, Schema>>;
  readonly body?: Schema;
  readonly bodyRequired?: boolean;
  /** By status; null: no JSON. */
  readonly responses: Readonly<Record<string, Schema | null>>;
}

export type Schema = Readonly<Record<string, unknown>> | boolean;

interface Description {
  readonly operations: Readonly<Record<string, Operation>>;
  readonly schemas: Readonly<Record<string, Schema>>;
}

const REFUSALS = new Set([401, 403, 404]);

let shared: Contract | undefined;

/** The one contract of this process: compiling its schemas takes longer than most tests. */
export function theContract(): Contract {
  shared ??= new Contract();
  return shared;
}

/** The contract of all calls. */
class Contract {
  readonly description: Description;
  private readonly ajv: Ajv;
  private readonly compiled = new Map<string, ValidateFunction>();

  constructor() {
    const file = new URL("./openapi.json", import.meta.url);
    this.description = JSON.parse(readFileSync(file, "utf8")) as Description;
    // Formats are not judged: ajv has none of its own. Query values come as text: they are coerced.
    this.ajv = new Ajv({
      strict: false,
      validateFormats: false,
      allErrors: true,
      logger: false,
      inlineRefs: false,
    });
    this.ajv.addSchema({ $id: "github", schemas: this.description.schemas });
  }

  operation(route: string): Operation | undefined {
    return this.description.operations[route];
  }

  /** What is wrong with a body of a request; empty: nothing. */
  wrongBody(route: string, body: unknown): string {
    const operation = this.operation(route);
    if (!operation?.body) return "";
    if (body === undefined) return operation.bodyRequired === true ? "there is no body" : "";
    return this.wrong(`${route} body`, operation.body, body);
  }

  /** What is wrong with the query; an unknown name is wrong as well. */
  wrongQuery(route: string, query: Readonly<Record<string, string>>): string {
    const known = this.operation(route)?.query ?? {};
    for (const [name, text] of Object.entries(query)) {
      const schema = known[name];
      if (schema === undefined) return `there is no query parameter ${name}`;
      const asNumber = /^\d+$/.test(text) ? Number(text) : text;
      const fits = [text, asNumber, text === "true"].some(
        (value) => this.wrong(`${route} ?${name}`, schema, value) === "",
      );
      if (!fits) return `?${name}=${text} is none of what GitHub takes`;
    }
    return "";
  }

  /** What is wrong with an answer; a status that GitHub does not know is wrong. */
  wrongAnswer(route: string, status: number, body: unknown): string {
    const schema = this.operation(route)?.responses[String(status)];
    // Any call may be refused so, whether its description names it or not.
    if (schema === undefined && REFUSALS.has(status)) return "";
    if (schema === undefined) return `GitHub describes no status ${status}`;
    return schema === null ? "" : this.wrong(`${route} ${status}`, schema, body);
  }

  private wrong(name: string, schema: Schema, value: unknown): string {
    let validate = this.compiled.get(name);
    if (!validate) {
      validate = this.ajv.compile(absolute(schema));
      this.compiled.set(name, validate);
    }
    if (validate(value)) return "";
    return this.ajv.errorsText(validate.errors, { separator: "; " });
  }
}

/** References of an operation point into the one document of schemas. */
function absolute(schema: Schema): Schema {
  const text = JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"github#/');
  return JSON.parse(text) as Schema;
}
