// A stand-in with a signed raw client, for the tests of this folder.
import { onTestFinished } from "vitest";
import { startCellar, type CellarOptions, type CellarSim } from "../../../sim/cellar/server.ts";
import { openClient, type StoreClient } from "../../../src/cellar/client.ts";
import type { StoreAnswer } from "../../../src/cellar/exchange.ts";
import { sendAny, type TestRequest } from "../../conformance/cellar/endpoint.ts";
import { placeOf } from "../../../src/cellar/place.ts";

export interface Stage {
  readonly sim: CellarSim;
  /** A client with the owner's keys, or others. */
  readonly client: (keys?: { accessKeyId: string; secretAccessKey: string }) => StoreClient;
  readonly put: (key: string, body: string) => Promise<StoreAnswer>;
  readonly send: (request: TestRequest) => Promise<StoreAnswer>;
}

/** Starts a stand-in with the bucket "bucket"; closed when the test ends. */
export async function staged(options: CellarOptions = {}): Promise<Stage> {
  const sim = await startCellar({ buckets: ["bucket"], ...options });
  const clients: StoreClient[] = [];
  onTestFinished(async () => {
    await Promise.all(clients.map((one) => one.close()));
    await sim.close();
  });
  const place = placeOf({ endpoint: sim.url, bucket: "bucket" });
  const client: Stage["client"] = ({ accessKeyId, secretAccessKey } = sim) => {
    const clock = { now: options.now ?? Date.now };
    const made = openClient({ accessKeyId, secretAccessKey, place, clock });
    clients.push(made);
    return made;
  };
  const owner = client();
  const send: Stage["send"] = (request) => sendAny(owner, request);
  const put: Stage["put"] = (key, body) => send({ method: "PUT", key, body: Buffer.from(body) });
  return { sim, client, put, send };
}
