// A stand-in for GitHub's API, in memory: one repository, as many calls as operations.ts lists.
// Every request and every answer is held against GitHub's own OpenAPI description.
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { FaultPlan } from "../faults.ts";
import { type Answer, refused } from "./call.ts";
import { theContract } from "./contract.ts";
import type { GitHubFault } from "./faults.ts";
import { fill } from "./fill.ts";
import { matchRoute, type Matched } from "./routes.ts";
import { mayCall } from "./permissions.ts";
import { ACTIONS_BOT, type Token, World } from "./world.ts";

export interface GitHubOptions {
  /** `owner/repo` (default `acme/flows`). */
  readonly repository?: string;
  /** 0 or left out: any free port. Always on loopback. */
  readonly port?: number;
  /** Its clock, ms since the epoch. */
  readonly now?: () => number;
  readonly seed?: number;
}

/** A call as it was answered; status 0: not at all. */
export interface LoggedCall {
  readonly route: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly login: string;
}

export interface GitHubSim {
  /** `http://127.0.0.1:port`: what GITHUB_API_URL is to say. */
  readonly url: string;
  readonly repository: string;
  /** A workflow's own token, which may do everything. */
  readonly token: string;
  readonly world: World;
  readonly faults: FaultPlan<GitHubFault>;
  /** Every call, in order. */
  readonly calls: readonly LoggedCall[];
  /** What did not keep to GitHub's description; a test asserts that there is none. */
  readonly violations: readonly string[];
  /** A further token. */
  addToken(text: string, token: Token): void;
  close(): Promise<void>;
}

const TOKEN = "ghs_simulated";

interface Service {
  readonly world: World;
  readonly contract: ReturnType<typeof theContract>;
  readonly faults: FaultPlan<GitHubFault>;
  readonly calls: LoggedCall[];
  readonly violations: string[];
}

/** Starts the stand-in. */
export async function startGitHub(options: GitHubOptions = {}): Promise<GitHubSim> {
  const repository = options.repository ?? "acme/flows";
  const server = createServer();
  const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const service: Service = {
    world: new World(repository, url, options.now ?? Date.now),
    contract: theContract(),
    faults: new FaultPlan<GitHubFault>(options.seed),
    calls: [],
    violations: [],
  };
  const { world, faults, calls, violations } = service;
  world.tokens.set(TOKEN, { login: ACTIONS_BOT, permissions: "all" });
  server.on("request", (message, response) => {
    serve(service, message, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  return {
    url: url(),
    repository,
    token: TOKEN,
    world,
    faults,
    calls,
    violations,
    addToken: (text, token) => world.tokens.set(text, token),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(
  service: Service,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { world, faults, calls } = service;
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  const method = message.method ?? "GET";
  const url = new URL(message.url ?? "/", "http://sim");
  const matched = matchRoute(world, method, url.pathname);
  const route = matched?.route ?? `${method} ${url.pathname}`;
  const { login = "" } = tokenOf(world, message) ?? {};
  const log = (status: number): unknown =>
    calls.push({ route, method, path: url.pathname, status, login });
  const fault = faults.take(url.pathname, (f) => f.route === undefined || f.route === route);
  if (fault?.kind === "no-answer") {
    if (fault.carriedOut === true) answerTo(service, matched, message, url, parts);
    log(0);
    response.destroy();
    return;
  }
  const answer = fault ? mishap(fault) : answerTo(service, matched, message, url, parts);
  send(answer, message, response, log, fault, world);
}

function tokenOf(world: World, message: IncomingMessage): Token | undefined {
  const said = /^(?:token|bearer) (.+)$/i.exec(message.headers.authorization ?? "")?.[1];
  return said === undefined ? undefined : world.tokens.get(said);
}

function mishap(fault: Exclude<GitHubFault, { kind: "no-answer" }>): Answer {
  switch (fault.kind) {
    case "refuse":
      return refused(fault.status, fault.message ?? `simulated ${fault.status}`);
    case "secondary-limit":
      return refused(403, "You have exceeded a secondary rate limit.");
    case "rate-limit":
      return refused(403, "API rate limit exceeded for installation.");
  }
}

/** The call carried out, held against the contract before and after. */
function answerTo(
  { world, contract, violations }: Service,
  matched: Matched | undefined,
  message: IncomingMessage,
  url: URL,
  parts: readonly Buffer[],
): Answer {
  const token = tokenOf(world, message);
  if (!token) return refused(401, "Bad credentials");
  if (!matched) return refused(404, "Not Found");
  const { route, params, handler } = matched;
  const raw = Buffer.concat(parts).toString("utf8");
  const body: unknown = raw === "" ? undefined : JSON.parse(raw);
  const query = Object.fromEntries(url.searchParams);
  const wrong = contract.wrongQuery(route, query) || contract.wrongBody(route, body);
  if (wrong !== "") {
    violations.push(`${route}: ${wrong}`);
    return refused(422, `Invalid request.\n\n${wrong}`);
  }
  if (!mayCall(world, token, route, params)) {
    return refused(403, "Resource not accessible by integration");
  }
  const user = world.user(token.login);
  const accept = message.headers.accept ?? "";
  const said = handler({
    world,
    params,
    query,
    body: (body ?? {}) as object as never,
    accept,
    user,
  });
  if (said.text !== undefined) return said;
  const schema = contract.operation(route)?.responses[String(said.status)];
  const known = contract.description.schemas;
  const whole = { ...said, body: schema ? fill(schema, said.body ?? {}, known) : said.body };
  const unlike = contract.wrongAnswer(route, said.status, whole.body);
  if (unlike !== "") violations.push(`${route} ${said.status}: ${unlike}`);
  return whole;
}

function send(
  answer: Answer,
  message: IncomingMessage,
  response: ServerResponse,
  log: (status: number) => unknown,
  fault: GitHubFault | undefined,
  world: World,
): void {
  const text = answer.text ?? (answer.body === undefined ? "" : JSON.stringify(answer.body));
  const etag = `W/"${createHash("sha256").update(text).digest("hex")}"`;
  const isRead = message.method === "GET" && answer.status === 200;
  const status = isRead && message.headers["if-none-match"] === etag ? 304 : answer.status;
  response.statusCode = status;
  const type = answer.text === undefined ? "application/json" : "text/plain";
  response.setHeader("content-type", `${type}; charset=utf-8`);
  if (isRead) response.setHeader("etag", etag);
  if (fault?.kind === "secondary-limit") {
    response.setHeader("retry-after", String(fault.retryAfterS ?? 1));
  }
  if (fault?.kind === "rate-limit") {
    response.setHeader("x-ratelimit-remaining", "0");
    response.setHeader("x-ratelimit-reset", String(Math.floor(world.now() / 1000) + fault.resetS));
  }
  log(status);
  response.end(status === 304 || status === 204 ? "" : text);
}
