// The real store, as the environment names it.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { StoreKeys } from "../../../src/cellar/sign.ts";

/** A real store. */
export interface RealStore extends StoreKeys {
  readonly url: string;
  /** Keys that may only read. */
  readonly reader: StoreKeys;
}

/** The store under test. Throws where the environment names none: the suites' set-up does. */
export function realStore(): RealStore {
  const variable = (name: string): string => {
    const value = process.env[name];
    if (!value) throw new Error(`${name} is not set: run this by npm run test:real`);
    return value;
  };
  return {
    url: variable("CELLARMAN_REAL_S3"),
    accessKeyId: variable("CELLARMAN_REAL_S3_KEY_ID"),
    secretAccessKey: variable("CELLARMAN_REAL_S3_SECRET"),
    reader: {
      accessKeyId: variable("CELLARMAN_REAL_S3_READER_KEY_ID"),
      secretAccessKey: variable("CELLARMAN_REAL_S3_READER_SECRET"),
    },
  };
}

/** Where scripts/radosgw.sh keeps its cluster. */
export const CLUSTER = process.env["RADOSGW_DIR"] ?? "/tmp/radosgw";

/** Whether the store under test is the cluster that scripts/radosgw.sh runs here. */
export function isOurCluster(): boolean {
  const port = join(CLUSTER, "port");
  if (!existsSync(port) || !process.env["CELLARMAN_REAL_S3"]) return false;
  return realStore().url === `http://127.0.0.1:${readFileSync(port, "utf8").trim()}`;
}
