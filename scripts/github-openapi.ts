// Extracts the operations that the program uses from GitHub's OpenAPI description, as JSON schemas
// for ajv, into sim/github/openapi.json:
//   npm pack @octokit/openapi@23.0.2 && tar xzf *.tgz package/generated/api.github.com.json
//   node scripts/github-openapi.ts package/generated/api.github.com.json
// The package is 385 MB unpacked: that is why the extract is kept, and its licence beside it.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { OPERATIONS } from "../src/forge/github/operations.ts";
import { isMain } from "./main-module.ts";

const OUT = join(import.meta.dirname, "../sim/github/openapi.json");

type Json = { readonly [key: string]: unknown };

/** What is left out: words for people, and what ajv does not know. */
const PROSE = new Set([
  "description",
  "example",
  "examples",
  "title",
  "externalDocs",
  "deprecated",
  "discriminator",
  "xml",
]);

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The value at a `$ref` of this document. */
function resolve(document: Json, ref: string): unknown {
  let value: unknown = document;
  for (const part of ref.slice(2).split("/")) value = isObject(value) ? value[part] : undefined;
  if (value === undefined) throw new Error(`nothing at ${ref}`);
  return value;
}

class Extract {
  readonly schemas: Record<string, unknown> = {};
  private readonly document: Json;

  constructor(document: Json) {
    this.document = document;
  }

  /** A schema of OpenAPI 3.0 as JSON schema; what it refers to is taken along. */
  schema(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.schema(item));
    if (!isObject(value)) return value;
    const ref = value["$ref"];
    if (typeof ref === "string") return { $ref: this.named(ref) };
    const kept = Object.entries(value).filter(
      ([key]) => !PROSE.has(key) && key !== "nullable" && !key.startsWith("x-"),
    );
    const plain = Object.fromEntries(
      kept.map(([key, part]) => [key, key === "properties" ? this.each(part) : this.schema(part)]),
    );
    return value["nullable"] === true ? { anyOf: [plain, { type: "null" }] } : plain;
  }

  /** Properties by name: a property may be called `description`. */
  private each(properties: unknown): Json {
    const entries = Object.entries(isObject(properties) ? properties : {});
    return Object.fromEntries(entries.map(([name, part]) => [name, this.schema(part)]));
  }

  private named(ref: string): string {
    const name = ref.slice(ref.lastIndexOf("/") + 1);
    if (!(name in this.schemas)) {
      this.schemas[name] = true; // before its parts: schemas may refer to themselves
      this.schemas[name] = this.schema(resolve(this.document, ref));
    }
    return `#/schemas/${name}`;
  }

  /** What a `$ref` stands for, where a value may be one. */
  private read(value: unknown): Json {
    const ref = isObject(value) ? value["$ref"] : undefined;
    const found = typeof ref === "string" ? resolve(this.document, ref) : value;
    return isObject(found) ? found : {};
  }

  private body(value: unknown): unknown {
    const content = this.read(value)["content"];
    const json = isObject(content) ? content["application/json"] : undefined;
    return isObject(json) ? this.schema(json["schema"]) : undefined;
  }

  operation(route: string): Json {
    const [method = "", path = ""] = route.split(" ");
    const paths = this.read(this.document["paths"]);
    const found = this.read(this.read(paths[path])[method.toLowerCase()]);
    if (found["operationId"] === undefined) throw new Error(`GitHub has no ${route}`);
    const listed = Array.isArray(found["parameters"]) ? found["parameters"] : [];
    const parameters = listed.map((one) => this.read(one));
    const query = parameters
      .filter((one) => one["in"] === "query")
      .map((one) => [String(one["name"]), this.schema(one["schema"])]);
    const responses = Object.entries(this.read(found["responses"])).map(([status, answer]) => [
      status,
      this.body(answer) ?? null,
    ]);
    return {
      id: found["operationId"],
      query: Object.fromEntries(query),
      ...(found["requestBody"] === undefined
        ? {}
        : {
            body: this.body(found["requestBody"]),
            bodyRequired: this.read(found["requestBody"])["required"] === true,
          }),
      responses: Object.fromEntries(responses),
    };
  }
}

/** The extract, as it is committed. */
function extract(document: Json): string {
  const work = new Extract(document);
  const operations = Object.fromEntries(
    Object.keys(OPERATIONS).map((route) => [route, work.operation(route)]),
  );
  const schemas = Object.fromEntries(
    Object.entries(work.schemas).toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
  // One line a schema: differences between versions stay readable.
  const lines = (of: Json): string =>
    Object.entries(of)
      .map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`)
      .join(",\n");
  return (
    `{"source":"npm @octokit/openapi, generated/api.github.com.json; licence: openapi.LICENSE",\n` +
    `"operations":{\n${lines(operations)}},\n"schemas":{\n${lines(schemas)}}}\n`
  );
}

if (isMain(import.meta.url)) {
  const [, , file] = process.argv;
  if (file === undefined) throw new Error("usage: github-openapi.ts api.github.com.json");
  writeFileSync(OUT, extract(JSON.parse(readFileSync(file, "utf8")) as Json));
}
