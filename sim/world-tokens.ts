// The tokens of a well set-up server.
import type { TokenSpec } from "./warp10/tokens.ts";

export const OWNER = "0a9c4d6e-0000-4000-8000-000000000001";
export const APPLICATION = "metrics";

/** The tokens of a well set-up server, by what they are for. */
export const WORLD_TOKENS = {
  WORLD_READ: {
    type: "READ",
    application: APPLICATION,
    owner: OWNER,
    owners: [OWNER],
    producers: [],
    applications: [APPLICATION],
    attributes: { ".expose": "true", ".cap:limits": "", ".cap:tokeninfo.attr": "" },
  },
  WORLD_DELETE: {
    type: "WRITE",
    application: APPLICATION,
    owner: OWNER,
    producer: OWNER,
    attributes: { ".expose": "true" },
  },
  WORLD_PROBE: {
    type: "WRITE",
    application: "cellarman-probe",
    owner: OWNER,
    producer: OWNER,
    attributes: { ".maxpast": "315360000000" },
  },
} as const satisfies Record<string, TokenSpec>;
