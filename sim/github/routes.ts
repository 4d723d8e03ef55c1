// Which handler a path belongs to. One file a resource; each brings its handlers by route.
import type { Handler, Handlers } from "./call.ts";
import { gitHandlers } from "./git-calls.ts";
import { issueHandlers } from "./issues.ts";
import { pullHandlers } from "./pulls.ts";
import { ruleHandlers } from "./rules.ts";
import { runHandlers } from "./runs.ts";
import type { World } from "./world.ts";

const HANDLERS: Handlers = {
  ...issueHandlers,
  ...gitHandlers,
  ...pullHandlers,
  ...ruleHandlers,
  ...runHandlers,
};

export interface Matched {
  readonly route: string;
  readonly params: Readonly<Record<string, string>>;
  readonly handler: Handler;
}

/** A route's pattern: `{path}` and `{ref}` take slashes, other names none. */
function patternOf(path: string): RegExp {
  const source = path.replace(/\{(\w+)\}/g, (_, name: string) =>
    name === "path" || name === "ref" ? `(?<${name}>.+)` : `(?<${name}>[^/]+)`,
  );
  return new RegExp(`^${source}$`);
}

const PATTERNS = Object.entries(HANDLERS).map(([route, handler]) => {
  const [method = "", path = ""] = route.split(" ");
  return { route, method, pattern: patternOf(path), handler };
});

/** The route of a call; undefined for another repository, or what is not simulated. */
export function matchRoute(world: World, method: string, path: string): Matched | undefined {
  const fitting = PATTERNS.filter((one) => one.method === method && one.pattern.test(path));
  // The most literal one: `{ref}` would swallow what stands behind it.
  const [best] = fitting.toSorted((a, b) => literals(b.route) - literals(a.route));
  if (!best) return undefined;
  const found = best.pattern.exec(path)?.groups ?? {};
  const params = Object.fromEntries(
    Object.entries(found).map(([name, value]) => [name, decodeURIComponent(value)]),
  );
  const ours = params["owner"] === undefined || isOurs(world, params);
  return ours ? { route: best.route, params, handler: best.handler } : undefined;
}

const literals = (route: string): number => route.replace(/\{\w+\}/g, "").length;

const isOurs = (world: World, params: Readonly<Record<string, string>>): boolean =>
  params["owner"] === world.owner && params["repo"] === world.repo;
