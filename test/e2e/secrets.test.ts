// Tokens and keys are in no output, no object, no key and no address, in no encoding, whatever goes
// wrong.
import { createHmac } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { BUCKET, type Said, WORLD_TOKENS, type World } from "../../sim/world.ts";
import { DAY } from "../support/november.ts";
import { startCli } from "../support/process.ts";
import { hotPoints, keysOf, minutes, staged } from "../support/stage.ts";

let world: World;
afterEach(async () => world.close());

const SECRETS = {
  READ_TOKEN: "rd.Kx7+Qp/Zt=9vLmN4wB8sYcR2jH6fD1gA5eU3iO0",
  DELETE_TOKEN: "wr.Tn5+Vb/Xq=3kJhG7dS1aPzM9uC6yE4rW8oI2lF0",
  PROBE_TOKEN: "pr.Gj2+Fw/Hs=6bNcV0xZ5mQyT8kL3dR7pA9uE1iO4",
  SECRET_KEY: "sk.Wq8+Ed/Rf=1tGyH5uJ7iKoL9pZ2xC4vB6nM0aS3",
};
const KEY_ID = "AKIDcellarmanleaktest";

/** A secret in every dress that it could slip out in. */
function dresses(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const [head, tail] = [secret.slice(0, 20), secret.slice(-20)];
  return [
    secret,
    head,
    tail,
    encodeURIComponent(secret),
    encodeURIComponent(head),
    JSON.stringify(secret).slice(1, -1),
    bytes.toString("hex"),
    // Base64 of a part, wherever it begins: inner characters of the three shifts.
    ...[0, 1, 2].map((shift) =>
      bytes
        .subarray(shift, shift + 27)
        .toString("base64")
        .slice(4, 32),
    ),
    ...[0, 1, 2].map((shift) =>
      bytes
        .subarray(shift, shift + 27)
        .toString("base64url")
        .slice(4, 32),
    ),
    Buffer.from(`:${secret}`).toString("base64"),
  ];
}

/** Everything that anybody may see, with where it was seen. */
function* visible(heard: readonly Said[]): Generator<[where: string, text: string]> {
  for (const { stdout, stderr } of heard) {
    yield ["stdout", stdout];
    yield ["stderr", stderr];
  }
  for (const [key, { bytes }] of world.cellar.objects(BUCKET)) {
    yield ["a key", key];
    yield [key, bytes.toString("latin1")];
  }
  for (const { path, params, script = "" } of world.warp10.requests) {
    yield [`a request to ${path}`, JSON.stringify(params) + script];
  }
  for (const { key, rawQuery } of world.cellar.requests.recent)
    yield ["an address", key + rawQuery];
}

function expectNoSecret(heard: readonly Said[]): void {
  const wanted = Object.entries(SECRETS).flatMap(([name, secret]) =>
    dresses(secret).map((dress) => ({ name, dress })),
  );
  for (const [where, text] of visible(heard)) {
    const found = wanted.find(({ dress }) => text.includes(dress));
    expect(found && { ...found, where }).toBeUndefined();
  }
}

async function guarded(): Promise<void> {
  const credential = { accessKeyId: KEY_ID, secretAccessKey: SECRETS.SECRET_KEY };
  world = await staged({ credentials: [credential] });
  world.env.set("KEY_ID", KEY_ID);
  for (const [name, secret] of Object.entries(SECRETS)) world.env.set(name, secret);
  world.warp10.tokens.set(SECRETS.READ_TOKEN, WORLD_TOKENS.WORLD_READ);
  world.warp10.tokens.set(SECRETS.DELETE_TOKEN, WORLD_TOKENS.WORLD_DELETE);
  world.warp10.tokens.set(SECRETS.PROBE_TOKEN, WORLD_TOKENS.WORLD_PROBE);
}

/** Runs commands with all talk, as text and as JSON in turn. */
async function hear(heard: Said[], ...commands: string[][]): Promise<void> {
  for (const argv of commands) {
    const json = heard.length % 2 === 0 ? [] : ["--json"];
    heard.push(await world.run(...argv, "--verbose", ...json));
  }
}

const LOOKS = [
  ["status"],
  ["status", "world", "2025-11", "--why"],
  ["list", "world"],
  ["list", "world", "--sql"],
  ["list", "world", "--emptied"],
  ["audit", "world", "cpu.load{host=h0}", "2025-11-01T00:01:00Z"],
  ["report"],
  ["doctor"],
];

describe("no secret leaks", () => {
  it("on the whole way, with late points, a hold and a purge", async () => {
    await guarded();
    const heard: Said[] = [];
    await hear(heard, ["validate"], ["plan"], ["archive"], ["verify"], ["doctor"]);
    world.load("cpu.load", { host: "h0" }, minutes(3, 8, 100));
    world.moveClock(16 * DAY);
    await hear(
      heard,
      ["plan"],
      ["purge"],
      ["archive"],
      ["verify"],
      ["hold", "world", "--reason", "x"],
    );
    world.moveClock(16 * DAY);
    await hear(
      heard,
      ["plan"],
      ["purge"],
      ["lift", "world", "holds/flow/world/1", "--reason", "y"],
    );
    await hear(
      heard,
      ["lift", "world", "holds/flow/world/2", "--reason", "y"],
      ["plan"],
      ["purge"],
    );
    world.moveClock(DAY);
    await hear(heard, ["purge"], ...LOOKS, ["report"], ...LOOKS);
    expect(hotPoints(world).size).toBe(0);
    expect(keysOf(world, "closed/")).toHaveLength(1);
    expectNoSecret(heard);
  });

  it("when everything is refused: wrong tokens and keys, in wrong places", async () => {
    await guarded();
    const heard: Said[] = [];
    await hear(heard, ["plan"], ["archive"], ["verify"]);
    world.moveClock(16 * DAY);
    await hear(heard, ["plan"]);
    const verbs = [["plan"], ["archive"], ["verify"], ["purge"], ["doctor"]];
    for (const name of ["WORLD_READ", "WORLD_DELETE", "WORLD_PROBE"])
      world.warp10.tokens.set(name, WORLD_TOKENS.WORLD_READ);
    for (const secret of [SECRETS.READ_TOKEN, SECRETS.DELETE_TOKEN, SECRETS.PROBE_TOKEN]) {
      world.warp10.tokens.set(secret, { ...WORLD_TOKENS.WORLD_READ, expiry: 1 });
    }
    await hear(heard, ...verbs);
    // Mixed up: each token is sent to where another belongs.
    world.env.set("READ_TOKEN", SECRETS.DELETE_TOKEN);
    world.env.set("DELETE_TOKEN", SECRETS.PROBE_TOKEN);
    world.env.set("PROBE_TOKEN", SECRETS.READ_TOKEN);
    await hear(heard, ...verbs);
    // The secret key and its id the wrong way round.
    world.env.set("KEY_ID", SECRETS.SECRET_KEY.replaceAll(/[^\w.]/g, "x"));
    world.env.set("SECRET_KEY", KEY_ID);
    await hear(heard, ...verbs);
    expectNoSecret(heard);
  });

  it("when servers break off, stall or are away", async () => {
    await guarded();
    const heard: Said[] = [];
    await hear(heard, ["plan"]);
    for (const kind of ["cut", "reset", "errorTrailer", "status503"] as const) {
      world.warp10.faults.push({ kind, bytes: 100, chance: 0.5, times: 6 });
      world.cellar.faults.push({
        kind: "refuse",
        status: 403,
        code: "AccessDenied",
        chance: 0.1,
        times: 3,
      });
      await hear(heard, ["archive"], ["verify"], ["purge"]);
      world.warp10.faults.clear();
      world.cellar.faults.clear();
    }
    world.warp10.configure({ maxPastOverrideMs: undefined });
    world.moveClock(16 * DAY);
    await hear(heard, ["archive"], ["verify"], ["plan"], ["purge"]);
    // An open fence: the advice names the variable, not the token.
    expect(heard.map((said) => said.stdout).join("")).toContain("$PROBE_TOKEN");
    expectNoSecret(heard);
  });

  it(
    "in a real process, its environment in view, with stack traces",
    { timeout: 90_000 },
    async () => {
      await guarded();
      const { stdout, stderr } = await startCli(world, "plan", "--verbose").ended;
      world.env.set("READ_TOKEN", `${SECRETS.READ_TOKEN}\nX-Injected: 1`);
      const bad = await startCli(world, "archive", "--verbose").ended;
      expect(bad.code).not.toBe(0);
      expectNoSecret([
        { code: 0, stdout, stderr },
        { ...bad, code: 1 },
      ]);
    },
  );

  it("would be found: the search finds each dress", () => {
    for (const secret of Object.values(SECRETS)) {
      const texts = [
        `https://x/?token=${encodeURIComponent(secret)}`,
        `Basic ${Buffer.from(`user:${secret}`).toString("base64")}`,
        JSON.stringify({ nested: { secret } }),
        `…${secret.slice(0, 25)}`,
      ];
      for (const text of texts) expect(dresses(secret).some((d) => text.includes(d))).toBe(true);
      // What is derived by a key is not the key.
      const signature = createHmac("sha256", secret).update("x").digest("hex");
      expect(dresses(secret).some((d) => signature.includes(d))).toBe(false);
    }
  });
});
