import { describe, expect, test } from "vitest";
import type { Warp10Sim } from "../../../sim/warp10/server.ts";
import { NAMED, OWNER, ask, exec, messageOf, staged, update } from "./stage.ts";

const result = async (sim: Warp10Sim, script: string, token = "READ"): Promise<unknown> => {
  const reply = await exec(sim, script, token);
  return reply.status === 200 ? JSON.parse(reply.text) : messageOf(reply);
};

const SERIES = [
  "10// c{k=v} 1",
  "20// c{k=v} 2.5",
  "30// c{k=w} 'str'",
  "40/48.5:-4.5/7 c{k=w} T",
].join("\n");

describe("words that archivers' scripts use", () => {
  test.each([
    ["[ 3 1 2 ] LSORT [ 'b' 'a' ] LSORT +", [[1, 2, 3, ["a", "b"]]]],
    ["[ 1 2 3 4 5 ] 1 3 SUBLIST", [[2, 3, 4]]],
    ["[ 1 2 3 ] [ 0 1 ] SUBLIST", [[1, 2]]],
    ["[ 1 2 1 3 2 ] UNIQUE", [[1, 2, 3]]],
    ["[ 1 2 ] REVERSE [ 3 ] APPEND", [[2, 1, 3]]],
    ["[ 1 ] 2 +! DUP SIZE", [2, [1, 2]]],
    ["{ 'a' 1 } 2 'b' PUT DUP 'b' GET SWAP KEYLIST LSORT", [["a", "b"], 2]],
    [
      "[ [ 2 'x' ] [ 1 'y' ] ] <% 0 GET %> SORTBY",
      [
        [
          [1, "y"],
          [2, "x"],
        ],
      ],
    ],
    ["'a,b' ',' SPLIT '-' JOIN", ["a-b"]],
    ["1 'a' 2 'b' 4 ->MAP", [{ "1": "a", "2": "b" }]],
    ["1 2 3 3 ->LIST LIST->", [3, 3, 2, 1]],
    ["<% 1 RETURN 2 %> EVAL", [1]],
    ["1 5 <% DUP 3 == <% DROP BREAK %> IFT %> FOR", [2, 1]],
    ["0 [ 1 2 3 4 ] <% DUP 2 % 0 == <% DROP CONTINUE %> IFT + %> FOREACH", [4]],
    ["5 'x' CSTORE 6 'x' CSTORE $x", [5]],
    [
      "[ 1 2 ] [ 'a' 'b' ] STORE",
      "ERROR line #1: Exception at ''t' STORE [ 1 2 ] [ 'a' 'b' ] =>STORE<=' " +
        "in section [TOP] (Empty stack.)",
    ],
    ["1 2 [ 'a' 'b' ] STORE $b $a", [1, 2]],
    ["<% 1 'n' STORE %> 'm' STORE @m $n", [1]],
    ["'7' TOLONG 1.9 TOLONG 3 TODOUBLE 3.0 TOSTRING", ["3.0", 3, 1, 7]],
    ["1 2.5 < 'a' 'b' < [ 1 ] [ 1 ] == 1 2 !=", [true, true, true, true]],
    ["9007199254740993 1 - TOSTRING", ["9007199254740992"]],
    ["-7 2 / -7 2 % 7 0 <%  /  %> <% 'caught' %> <% %> TRY", ["caught", -1, -3]],
    ["'{\"a\":[1,2.5,9007199254740993]}' JSON-> 'a' GET 2 GET TOSTRING", ["9007199254740993"]],
    ["NaN ISNaN NULL ISNULL", [true, true]],
    ["'%C3%A9' ->HEX '0aff' HEX-> ->B64URL", ["Cv8", "c3a9"]],
    ["0 1000000 ISO8601 SWAP DROP", ["1970-01-01T00:00:01.000000Z"]],
    ["1 s 2 ms +", [1_002_000]],
    ["'x' 'T' STORE [ 1 2 3 ] <% $T + %> FOREACH 3 ->LIST", [["1x", "2x", "3x"]]],
    [
      "[ 5 6 ] <% 2 ->LIST %> LMAP",
      [
        [
          [5, 0],
          [6, 1],
        ],
      ],
    ],
    ["[ 5 6 ] <% 1 + %> false LMAP", [[6, 7]]],
  ])("%s", (script, expected) =>
    staged(async (sim) => {
      expect(await result(sim, script)).toEqual(expected);
    }),
  );
});

test("counting: FIND, then FETCH each series by gts; texts instead of numbers", () =>
  staged(async (sim) => {
    await update(sim, SERIES);
    const script =
      "0 'points' STORE 0 'series' STORE { 'token' $t 'selector' '~(.*){}' } FIND <% 'g' STORE " +
      "{ 'token' $t 'gts' [ $g ] 'start' 15 'end' 40 'encoders' true } FETCH " +
      "<% SIZE $points + 'points' STORE " +
      "$series 1 + 'series' STORE %> FOREACH %> FOREACH [ $series TOSTRING $points TOSTRING ]";
    expect(await result(sim, script)).toEqual([["2", "3"]]);
    expect(sim.counters.scriptPoints).toBe(3);
  }));

test("FETCH takes series that look alike for one, unless the token shows producers", () =>
  staged(async (sim) => {
    const other = { ...NAMED, producer: "d0000000-0000-4000-8000-000000000002" };
    for (const [who, ts] of [
      [NAMED, 1n],
      [other, 2n],
    ] as const) {
      sim.store.load(
        { className: "p", labels: {}, ...who },
        { timestamps: [ts], longs: Float64Array.of(1) },
      );
    }
    sim.tokens.set("BLIND", {
      type: "READ",
      owners: [OWNER],
      producers: [],
      applications: ["demo"],
    });
    const fetch =
      "{ 'token' $t 'selector' 'p{}' 'start' 0 'end' 9 'encoders' true } FETCH " +
      "DUP SIZE SWAP 0 GET SIZE";
    expect(await result(sim, fetch, "BLIND")).toEqual([2, 1]);
    expect(await result(sim, fetch)).toEqual([1, 2]);
  }));

test("typeattr splits a series by type, a plain GTS coerces", () =>
  staged(async (sim) => {
    await update(sim, "1// m{} 1\n2// m{} 2.5\n3// m{} 'x'\n4// m{} 7");
    const fetch = (extra: string): string =>
      `{ 'token' $t 'selector' 'm{}' 'start' 0 'end' 9 ${extra} } FETCH`;
    expect(await result(sim, `${fetch("")} 0 GET DUP VALUES SWAP TICKLIST`)).toEqual([
      [4, 3, 2, 1],
      [7, 0, 2, 1],
    ]);
    expect(
      await result(
        sim,
        `${fetch("'typeattr' 'type'")} <% DROP ATTRIBUTES 'type' GET %> LMAP LSORT`,
      ),
    ).toEqual([["DOUBLE", "LONG", "STRING"]]);
  }));

test("limits are errors; capabilities lift them up to their value", () =>
  staged(
    async (sim) => {
      await update(sim, SERIES);
      const find = "{ 'token' $t 'selector' '~(.*){}' } FIND SIZE";
      expect(await result(sim, find)).toMatch(
        /FIND exceeded limit of 1 Geo Time Series, current count is 2\. Consider/,
      );
      expect(await result(sim, `5 MAXGTS ${find}`)).toEqual([2]);
      expect(await result(sim, "99999999999999 MAXOPS")).toMatch(/MAXOPS cannot extend limit past/);
      expect(await result(sim, "50 MAXLOOP <% true %> <% %> WHILE")).toMatch(
        /WHILE executed for too long \(> 50 ms\)\./,
      );
      expect(await result(sim, "20 MAXOPS 0 1 100 <% + %> FOR")).toMatch(
        /Operation count \(21\) exceeded maximum of 20/,
      );
    },
    {
      limits: {
        maxops: 1e6,
        maxfetch: 1e6,
        maxgts: 1,
        maxloop: 60_000,
        maxdepth: 1000,
        maxsymbols: 64,
        maxjson: 20_971_520,
      },
    },
  ));

test("errors inside macros name word and section; TRY sees the causes", () =>
  staged(async (sim) => {
    expect(await result(sim, "<% 'count' SECTION 'x' MSGFAIL %> EVAL")).toBe(
      "ERROR line #1: Exception at 'count' SECTION 'x' MSGFAIL %> =>EVAL<=' in section [TOP] " +
        "(Exception at 'MSGFAIL' in section 'count' (MSGFAIL x))",
    );
    expect(
      await result(sim, "<% 'x' MSGFAIL %> <% ERROR <% DROP 'message' GET %> LMAP %> <% %> TRY"),
    ).toEqual([["Exception at 'MSGFAIL' in section '[TOP]'", "MSGFAIL x"]]);
    const reply = await exec(sim, "1 2 FAIL");
    expect(reply.headers["x-warp10-error-message"]).toBe(messageOf(reply));
    expect(reply.headers["x-warp10-error-line"]).toBe("1");
  }));

test("UPDATE and DELETE obey the write token and its fence", () =>
  staged(async (sim) => {
    expect(
      await result(
        sim,
        "NEWGTS 'u' RENAME { 'k' 'v' } RELABEL NOW NaN NaN NaN 1.5 ADDVALUE " +
          "'WRITE_FENCED' UPDATE 1",
      ),
    ).toEqual([1]);
    expect(
      await result(sim, "NEWGTS 'u' RENAME 1 NaN NaN NaN 1 ADDVALUE 'WRITE_FENCED' UPDATE"),
    ).toMatch(/too far in the past/);
    await update(sim, SERIES);
    expect(await result(sim, "'WRITE' 'c{}' 0 99 1 DELETE")).toMatch(/DELETE expected at most 1/);
    expect(await result(sim, "'WRITE' 'c{}' 0 20 2 DELETE")).toEqual([2]);
    expect(sim.store.points).toBe(3);
  }));

test("a timebox ends loops and sleeps; SLEEP takes platform units and a capability", () =>
  staged(async (sim) => {
    const box = { "X-Warp10-Timebox": "200" };
    const started = performance.now();
    const slept = await exec(sim, "3600000000 SLEEP", "READ", box);
    expect(messageOf(slept)).toMatch(
      /TIMEBOX reached the execution time limit \(200000 MICROSECONDS\)/,
    );
    expect(performance.now() - started).toBeLessThan(3_000);
    expect(JSON.parse((await exec(sim, "1000 SLEEP 7", "READ", box)).text)).toEqual([7]);
    const poor = await ask(sim, "exec", { body: "1 SLEEP" });
    expect(messageOf(poor)).toMatch(/SLEEP missing capability 'sleep\.maxtime'/);
  }));

test("parameters in the path are run as scripts; the body may be gzip'd", () =>
  staged(async (sim) => {
    const reply = await ask(sim, "exec/a=40/b='x'", { body: "$a 2 + $b" });
    expect(JSON.parse(reply.text)).toEqual(["x", 42]);
  }));

test("shared memory needs its mutex and capabilities; FINDSTATS counts", () =>
  staged(async (sim) => {
    const caps = { ".cap:mutex": "", ".cap:shmstore": "", ".cap:shmload": "" };
    sim.tokens.set("SHARE", { type: "READ", applications: ["demo"], attributes: caps });
    const run = async (script: string): Promise<string> =>
      messageOf(await exec(sim, script, "READ", { "X-Warp10-Capabilities": "SHARE" }));
    expect(await run("<% 7 'x' SHMSTORE %> 'm' MUTEX")).toBe("[]");
    expect(await run("<% 'x' SHMLOAD %> 'm' MUTEX")).toBe("[7]");
    expect(await run("'x' SHMLOAD")).toMatch(/while holding a mutex/);
    expect(await result(sim, "<% 1 %> 'm' MUTEX")).toMatch(/MUTEX missing capability 'mutex'/);
    await update(sim, SERIES);
    const stats =
      "[ $t '~(.*)' {} ] FINDSTATS DUP 'gts.estimate' GET SWAP 'per.class.estimate' GET";
    expect(await result(sim, stats)).toEqual([{ c: 2 }, 2]);
  }));
