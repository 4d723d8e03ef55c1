import { afterEach, describe, expect, it } from "vitest";
import { canaryIsThere, type FenceProbe, probeFence } from "../../src/purge/probe.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { errorPage, type RawRequest, startRawServer, whole } from "../faults/raw-server.ts";

const TIMESTAMP = 1_793_491_199_999_999n;
const PROBE_ID = "0123456789abcdef0123456789abcdef";
const TOO_OLD = errorPage(
  "400 Bad Request",
  "Error when updating data: Parse error at index 16 in '1791292012206000// x{} 1' " +
    "(Timestamp 1791292012206000 is too far in the past.)",
);
const open: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function ingress(reply: (request: RawRequest) => string) {
  const server = await startRawServer((socket, request) => socket.end(reply(request)));
  open.push(() => server.close());
  return server;
}

function probeOf(urls: string[], more: Partial<FenceProbe> = {}): FenceProbe {
  return {
    ingress: urls,
    probeToken: "probe-token-text",
    probeTokenVariable: "WARP10_PROBE_TOKEN",
    warp10: urls[0] ?? "",
    timestamp: TIMESTAMP,
    probeId: PROBE_ID,
    maxPastMs: 3_888_000_000,
    clock: systemClock,
    ...more,
  };
}

describe("a probe of the fence", () => {
  it("writes one canary to each ingress, each of a series of its own", async () => {
    const servers = [await ingress(() => TOO_OLD), await ingress(() => TOO_OLD)];
    const canaries = await probeFence(probeOf(servers.map((s) => s.url)));
    expect(canaries.map(({ address, outcome }) => [address, outcome])).toEqual(
      servers.map((s) => [s.url, "refused"]),
    );
    expect(servers.map((s) => s.requests.map((r) => r.body))).toEqual([
      [`${TIMESTAMP}// cellarman.canary{probe=${PROBE_ID}.0} 1\n`],
      [`${TIMESTAMP}// cellarman.canary{probe=${PROBE_ID}.1} 1\n`],
    ]);
    expect(servers[0]?.requests[0]?.head).toMatch(/^POST \/api\/v0\/update /);
    expect(servers[0]?.requests[0]?.head).toContain("X-Warp10-Token: probe-token-text");
    expect(servers[0]?.requests[0]?.head).toContain("Content-Type: text/plain; charset=utf-8");
  });

  it("names setting and deleting call when a canary is accepted, and no token", async () => {
    const server = await ingress(() => whole(""));
    const [canary] = await probeFence(probeOf([server.url]));
    expect(canary).toMatchObject({ outcome: "accepted", absent: false });
    expect(canary?.detail).toContain("ingress.maxpast.override = 3888000000 (ms)");
    expect(canary?.detail).toContain(
      `curl -H "X-Warp10-Token: $WARP10_PROBE_TOKEN" ` +
        `--data-urlencode 'selector=cellarman.canary{probe=${PROBE_ID}.0}' ` +
        `--data-urlencode 'start=${TIMESTAMP}' --data-urlencode 'end=${TIMESTAMP}' ` +
        `${server.url}/api/v0/delete`,
    );
    expect(canary?.detail).not.toContain("probe-token-text");
    expect(server.requests).toHaveLength(1);
  });

  it.each([
    ["is stored", "1793491199999999// cellarman.canary{} 1\n", "accepted", false],
    ["is not there: dropped, or not yet visible", "", "unknown", true],
  ])("looks for a taken canary, which %s", async (_name, body, outcome, absent) => {
    const server = await ingress(({ head }) => (head.includes("/fetch") ? whole(body) : whole("")));
    const probe = probeOf([server.url], { probeReadToken: "probe-read-token" });
    expect(await probeFence(probe)).toMatchObject([{ outcome, absent }]);
    expect(server.requests[1]?.head).toContain("X-Warp10-Token: probe-read-token");
    expect(server.requests[1]?.body).toContain(`start=${TIMESTAMP}&end=${TIMESTAMP}`);
    expect(await canaryIsThere(probe, `${PROBE_ID}.0`)).toBe(body !== "");
  });

  it.each([
    ["another 400", errorPage("400 Bad Request", "Parse error at index 0 (Missing value.)")],
    ["a token that may not write", errorPage("403 Forbidden", "Token Expired.")],
    ["a server error", errorPage("500 Server Error", "too far in the past")],
    ["a proxy's error", errorPage("503 Busy", "")],
    ["a cut answer", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"],
    ["no answer", ""],
  ])("knows nothing after %s", async (_name, answer) => {
    const server = await ingress(() => answer);
    const [canary] = await probeFence(probeOf([server.url]));
    expect(canary).toMatchObject({ outcome: "unknown", absent: false });
    expect(canary?.detail).toMatch(/./);
    expect(server.requests).toHaveLength(1);
  });

  it("knows nothing when looking fails", async () => {
    const server = await ingress(({ head }) =>
      head.includes("/fetch") ? errorPage("403 Forbidden", "no") : whole(""),
    );
    const probe = probeOf([server.url], { probeReadToken: "probe-read-token" });
    expect(await probeFence(probe)).toMatchObject([{ outcome: "unknown", absent: false }]);
  });

  it("stops when it is interrupted", async () => {
    const server = await ingress(() => TOO_OLD);
    const signal = AbortSignal.abort(new Error("stopped"));
    await expect(probeFence(probeOf([server.url]), { signal })).rejects.toThrow("stopped");
    expect(server.requests).toHaveLength(0);
  });
});
