// What a handler gets and gives.
import type { User, World } from "./world.ts";

/** One call, matched to its route. */
export interface Call {
  readonly world: World;
  /** Values of the route's `{names}`, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
  readonly accept: string;
  /** Whose token it carries. */
  readonly user: User;
}

/** An answer; its body is completed by its schema. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  /** In place of JSON. */
  readonly text?: string;
}

export type Handler = (call: Call) => Answer;

/** Handlers by route, as operations.ts writes it. */
export type Handlers = Readonly<Record<string, Handler>>;

export const ok = (body: unknown): Answer => ({ status: 200, body });
export const created = (body: unknown): Answer => ({ status: 201, body });
export const refused = (status: number, message: string, errors?: unknown): Answer => ({
  status,
  body: {
    message,
    documentation_url: "https://docs.github.com/rest",
    ...(errors ? { errors } : {}),
  },
});
export const notFound = (): Answer => refused(404, "Not Found");
export const unprocessable = (message: string): Answer =>
  refused(422, `Validation Failed: ${message}`, [{ code: "custom", message }]);

/** One page of a list, as `per_page` (30, at most 100) and `page` ask. */
export function page<T>(all: readonly T[], { query }: Pick<Call, "query">): T[] {
  const size = Math.min(Number(query["per_page"] ?? 30), 100);
  const from = (Number(query["page"] ?? 1) - 1) * size;
  return all.slice(from, from + size);
}

export const text = (value: unknown, otherwise = ""): string =>
  typeof value === "string" ? value : otherwise;

export const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
