// What the scripts use beyond the extension is held to the recordings of a real server.
import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import texts from "../../../src/archive/hfile/scripts.json" with { type: "json" };

const RECORDINGS = new URL("../../conformance/warp10/", import.meta.url);

const SOURCES = new URL("../../../src/archive/hfile/", import.meta.url);

/** Words that no recording shows, and where they were seen. */
const SEEN_ELSEWHERE: Readonly<Record<string, string>> = {
  PUT: "source of 3.x: value and key above a map or list, which stays",
  TOLOWER: "source of 3.x",
  TOLONG: "source of 3.x: a STRING of digits",
  BYTES: "a type's name: facts warp10 §2.7, source of TYPEOF",
  MUTEX: "facts warp10 §2.8; source of the extension shm",
  SHMLOAD: "facts warp10 §1.1b; source of the extension shm",
  SHMSTORE: "facts warp10 §1.1b; source of the extension shm",
  WSNAME: "facts warp10 §1.1b [RUN]",
  MAXJSON: "facts warp10 §1.1; source of 3.x",
  CAPGET: "facts warp10 §2.8; source of 3.x: NULL asks for all",
};

/** Words of a script: what is neither a literal, a symbol nor a mark of a macro. */
function wordsOf(text: string): Set<string> {
  const found = new Set<string>();
  for (const line of text.split("\n")) {
    const bare = line.replaceAll(/'[^']*'/g, (quoted) =>
      /^'[A-Z]{3,}'$/.test(quoted) ? quoted.slice(1, -1) : "",
    );
    for (const word of bare.split(/\s+/)) {
      if (/^$|^[-+]?\d|^\$|^<%$|^%>$|^(true|false)$/.test(word)) continue;
      found.add(word);
    }
  }
  return found;
}

const recorded = new Set(
  readdirSync(RECORDINGS)
    .filter((name) => name.endsWith(".json"))
    .flatMap((name) => {
      const topic = JSON.parse(readFileSync(new URL(name, RECORDINGS), "utf8"));
      return (topic.steps ?? []).flatMap((step: { request?: { path?: string; body?: string } }) =>
        step.request?.path === "/api/v0/exec" ? [...wordsOf(step.request.body ?? "")] : [],
      );
    }),
);

describe("the words of the scripts", () => {
  it.each(Object.entries(texts))("%s: recorded, or seen elsewhere and named", (_name, text) => {
    const unheld = [...wordsOf(text)].filter(
      (word) => !recorded.has(word) && !word.startsWith("HF") && !(word in SEEN_ELSEWHERE),
    );
    expect(unheld).toEqual([]);
  });

  it("names nothing that is recorded, or that no script uses", () => {
    const used = new Set(Object.values(texts).flatMap((text) => [...wordsOf(text)]));
    const idle = Object.keys(SEEN_ELSEWHERE).filter((w) => recorded.has(w) || !used.has(w));
    expect(idle).toEqual([]);
  });

  it.each(Object.keys(texts))("%s.mc2 says what it expects and what it leaves", (name) => {
    const source = readFileSync(new URL(`${name}.mc2`, SOURCES), "utf8");
    const head = source.slice(0, source.search(/^(?!\/\/)/m));
    for (const part of ["Headers: ", "Leaves", `cellarman.hfile.${name}.end`]) {
      expect(head).toContain(part);
    }
    expect(source.trimEnd()).toMatch(new RegExp(`'cellarman\\.hfile\\.${name}\\.end'$`));
  });

  it.each(Object.entries(texts))(
    "%s holds no comment and fits the server's columns",
    (_name, text) => {
      expect(text).not.toMatch(/\/\/|#|\/\*/);
      expect(text).not.toMatch(/[^\n\u0020-\u007e]/);
    },
  );
});
