// The stand-in for a Warp 10: an HTTP server on loopback that answers as a real one does.
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { FaultPlan } from "../faults.ts";
import type { Config } from "./config.ts";
import type { Counters } from "./context.ts";
import type { Warp10Fault } from "./faults.ts";
import type { HfilesSite } from "./hfiles/site.ts";
import { Site } from "./site.ts";
import type { LoggedRequest, Warp10Options } from "./site.ts";
import type { Store } from "./store/store.ts";
import type { Tokens } from "./tokens.ts";

/** A running stand-in. */
export interface Warp10Sim {
  readonly url: string;
  readonly store: Store;
  readonly tokens: Tokens;
  readonly faults: FaultPlan<Warp10Fault>;
  readonly requests: LoggedRequest[];
  readonly counters: Counters;
  /** Files, stores and faults of the HFiles extension; undefined where there is none. */
  readonly hfiles: HfilesSite | undefined;
  /**
   * Renders what is stored, as far as the cache goes, so that the first read is as fast as the
   * rest.
   */
  warm(): void;
  /** Changes settings while it runs (a fence put up, /update switched off). */
  configure(changes: Partial<Config>): void;
  close(): Promise<void>;
}

/** Starts a stand-in on 127.0.0.1. */
export async function startWarp10(options: Warp10Options): Promise<Warp10Sim> {
  const site = new Site(options);
  const server = createServer(
    { maxHeaderSize: 65_536, keepAliveTimeout: 30_000, requestTimeout: 0 },
    (request, response) => void site.serve(request, response),
  );
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    store: site.context.store,
    tokens: site.context.tokens,
    faults: site.faults,
    requests: site.requests,
    counters: site.context.counters,
    hfiles: site.hfiles,
    warm: () => {
      for (const series of site.context.store.all()) site.context.cache.warm(series.chunks);
    },
    configure: (changes) => void Object.assign(site.config, changes),
    close: () => closed(server, site),
  };
}

async function closed(server: Server, site: Site): Promise<void> {
  for (const script of site.context.scripts) script.abandon();
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
