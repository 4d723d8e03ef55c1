// Which roles a bucket key may write, found out without leaving anything behind: the put's signed
// hash is not that of its body, so a store that would take it refuses the bytes (400), and one that
// would not refuses the key first (403).
import { hash } from "node:crypto";
import { openClient } from "./client.ts";
import { checkedKey, placeOf } from "./place.ts";
import type { Ability } from "./probe.ts";
import type { CellarOptions } from "./s3.ts";

/**
 * Tries each role's prefix. `name` is fresh; its key belongs to no flow, so that no reader takes it
 * for a record where a store stores it all the same.
 */
export async function probeRoles(
  options: CellarOptions,
  roles: readonly string[],
  name: string,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, Ability>> {
  const place = placeOf(options);
  const client = openClient({ ...options, place });
  try {
    const found = new Map<string, Ability>();
    for (const role of roles) {
      const answer = await client.send({
        method: "PUT",
        key: place.prefix + checkedKey(`${role}/${name}`),
        body: Buffer.from(`a probe of ${role}\n`),
        payloadSha256: hash("sha256", "something else"),
        signal,
      });
      found.set(role, mayWrite(answer.status));
    }
    return found;
  } finally {
    await client.close();
  }
}

/** Any other answer, a failure of the store's among them, tells nothing. */
function mayWrite(status: number): Ability {
  if (status === 403) return "no";
  return status === 400 || status === 200 ? "yes" : "unknown";
}
