// An S3 server in memory that behaves as Ceph "Pacific" does (facts cellar-s3 §2), with scripted
// faults.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { FaultPlan } from "../faults.ts";
import { bucketOf, createBucket } from "./bucket-calls.ts";
import type { CellarFault } from "./faults.ts";
import { Refusal, refused, type Credential, type SimAnswer, type SimRequest } from "./protocol.ts";
import { RequestLog } from "./request-log.ts";
import { perform } from "./routes.ts";
import { authorise, checkPayload, makeVerifier } from "./signature.ts";
import type { Version, World } from "./state.ts";
import { bodyOf, makeSender, readRequest, type Sender } from "./wire.ts";

export interface CellarOptions {
  /** 0 or left out: any free port. Always on loopback. */
  readonly port?: number;
  /** The owner's keys, who may do everything. */
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  /** Further key pairs, with limits. */
  readonly credentials?: readonly Credential[];
  /** Buckets that exist from the start. */
  readonly buckets?: readonly string[];
  /** The store's clock, ms since the epoch: Date, Last-Modified and skew follow it. */
  readonly now?: () => number;
  /** Seed of the faults' `chance`. */
  readonly seed?: number;
}

export interface CellarSim {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly faults: FaultPlan<CellarFault>;
  readonly requests: RequestLog;
  /**
   * What GETs without version would see, by key, in key order; may be changed in place to tamper
   * with it.
   */
  objects(bucket: string): Map<string, Version>;
  /** Takes an object away behind everybody's back. */
  lose(bucket: string, key: string): void;
  close(): Promise<void>;
}

/** Starts the stand-in. */
export async function startCellar(options: CellarOptions = {}): Promise<CellarSim> {
  const { accessKeyId = "cellar-sim", secretAccessKey = "cellar-sim-secret" } = options;
  const now = options.now ?? Date.now;
  const world: World = { buckets: new Map(), now };
  for (const name of options.buckets ?? []) createBucket(world, name);
  const faults = new FaultPlan<CellarFault>(options.seed);
  const requests = new RequestLog();
  const owner: Credential = { accessKeyId, secretAccessKey };
  const verify = makeVerifier([owner, ...(options.credentials ?? [])], now);
  const service = { world, faults, requests, verify, send: makeSender() };
  const server = createServer((message, response) => {
    serve(service, message, response).catch(() => response.destroy());
  });
  // The gateway keeps idle connections for 65 s.
  server.keepAliveTimeout = 65_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    accessKeyId,
    secretAccessKey,
    faults,
    requests,
    objects: (bucket) => bucketOf(world, bucket).currentObjects(),
    lose: (bucket, key) => bucketOf(world, bucket).removeAll(key),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Service {
  readonly world: World;
  readonly faults: FaultPlan<CellarFault>;
  readonly requests: RequestLog;
  readonly verify: ReturnType<typeof makeVerifier>;
  readonly send: Sender;
}

async function serve(
  service: Service,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { world, faults, requests } = service;
  const body = await bodyOf(message);
  // A client that went away before its body was whole has asked for nothing.
  if (!body) return;
  let request: SimRequest | undefined;
  let fault: CellarFault | undefined;
  let answer: SimAnswer;
  let accessKeyId: string | undefined;
  try {
    request = readRequest(message, body);
    fault = takeFault(faults, request);
    if (fault?.kind === "stall") {
      await waited(fault.ms, response);
      if (response.destroyed) return requests.add(request, accessKeyId, 0, 0, world.now());
    }
    const who = service.verify(request);
    accessKeyId = who?.accessKeyId;
    answer = await answerTo(service, request, who, fault);
  } catch (thrown) {
    answer = refusalOf(thrown, request);
  }
  if (request) requests.add(request, accessKeyId, answer.status, answer.body.length, world.now());
  if (fault?.kind === "late-answer") await waited(fault.ms, response);
  service.send(response, answer, fault, { isHead: message.method === "HEAD", nowMs: world.now() });
}

function takeFault(faults: FaultPlan<CellarFault>, request: SimRequest): CellarFault | undefined {
  const { operation } = request;
  return faults.take(`/${request.bucket}/${request.key}`, ({ op }) => {
    return op === undefined || (typeof op === "string" ? op === operation : op.includes(operation));
  });
}

async function answerTo(
  service: Service,
  request: SimRequest,
  who: Credential | undefined,
  fault: CellarFault | undefined,
): Promise<SimAnswer> {
  if (fault?.kind === "refuse") return refused(fault.status, fault.code, request.bucket);
  authorise(request, who);
  const isPut = request.operation === "PutObject" || request.operation === "UploadPart";
  if (isPut && request.headers["content-length"] === undefined) {
    throw new Refusal(411, "MissingContentLength");
  }
  checkPayload(request);
  if (fault?.kind === "error-in-200") {
    return { ...refused(500, "InternalError", request.bucket), status: 200 };
  }
  return perform(service.world, request, fault);
}

function refusalOf(thrown: unknown, request: SimRequest | undefined): SimAnswer {
  const refusal =
    thrown instanceof Refusal ? thrown : new Refusal(500, "UnknownError", String(thrown));
  return refused(refusal.status, refusal.code, request?.bucket ?? "", refusal.message);
}

/** Resolves after `ms`, or when the client leaves; never before that without `ms`. */
function waited(ms: number | undefined, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    if (response.destroyed) resolve();
    const timer = ms === undefined ? undefined : setTimeout(resolve, ms);
    response.once("close", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
