// What is done about a flow's issue, over whole lives of an incident.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decideAlert, type Previous, wholeOf } from "../../src/alert/decide.ts";
import { readMarker, readParts, renderMarker, renderPart } from "../../src/alert/marker.ts";
import { cause, type Findings, fingerprintOf, type Part, PARTS } from "../../src/alert/trouble.ts";

fc.configureGlobal({ seed: 11, numRuns: 200 });

const findings = fc
  .uniqueArray(fc.constantFrom("a", "b", "c"), { maxLength: 3 })
  .map((keys): Findings => keys.map((key) => cause(key, `what of ${key}`, "do it")));
const said = fc.record(
  { run: findings, ledger: findings, schedule: findings },
  { requiredKeys: [] },
);

/** The issue as it is after a decision was carried out. */
function after(previous: Previous | undefined, present: Parameters<typeof decideAlert>[1]) {
  const decision = decideAlert(previous, present);
  const { marker, untold } = decision;
  if (decision.move === "nothing") return { decision, issue: previous };
  const now = wholeOf(marker.parts);
  const told = Object.fromEntries(untold.map((channel) => [channel, now]));
  const issue: Previous = {
    number: 1,
    url: "https://github.com/acme/flows/issues/1",
    isOpen: now !== "",
    marker: { ...marker, told: { ...marker.told, ...told } },
    parts: { run: "", ledger: "", schedule: "" },
  };
  return { decision, issue };
}

const NOW = Date.parse("2026-03-05T00:00:00Z");

describe("an incident's life", () => {
  it("is open exactly while some part says that something is wrong", () => {
    fc.assert(
      fc.property(fc.array(said, { maxLength: 8 }), (lives) => {
        let issue: Previous | undefined;
        const known: Record<Part, string> = { run: "", ledger: "", schedule: "" };
        for (const [i, one] of lives.entries()) {
          const wasWell = PARTS.every((part) => known[part] === "");
          if (wasWell) for (const part of PARTS) known[part] = "";
          for (const part of PARTS) if (one[part]) known[part] = fingerprintOf(one[part]);
          const present = { flow: "metrics", nowMs: NOW + i * 1000, findings: one };
          const next = after(issue, present);
          const isWrong = PARTS.some((part) => known[part] !== "");
          expect(next.issue?.isOpen ?? false).toBe(isWrong);
          const wasOpen = issue?.isOpen ?? false;
          if (isWrong && !wasOpen) expect(["open", "reopen"]).toContain(next.decision.move);
          if (!isWrong && wasOpen) expect(next.decision.move).toBe("close");
          issue = next.issue;
        }
      }),
    );
  });

  it("says nothing twice: the same state again is an update that tells nobody", () => {
    fc.assert(
      fc.property(fc.array(said, { minLength: 1, maxLength: 5 }), (lives) => {
        let issue: Previous | undefined;
        const present = (one: (typeof lives)[number]) => ({
          flow: "metrics",
          nowMs: NOW,
          findings: one,
        });
        for (const one of lives) issue = after(issue, present(one)).issue;
        const again = after(issue, present(lives.at(-1) ?? {})).decision;
        expect(["update", "nothing"]).toContain(again.move);
        expect(again.untold).toEqual([]);
      }),
    );
  });

  it("reopens what a person closed while the trouble lasts", () => {
    const one = { run: [cause("a", "what", "do")] };
    const present = { flow: "metrics", nowMs: NOW, findings: one };
    const { issue } = after(undefined, present);
    const closed = issue && { ...issue, isOpen: false };
    expect(decideAlert(closed, present).move).toBe("reopen");
  });

  it("counts how long it lasted from when it began", () => {
    const trouble = { flow: "metrics", nowMs: NOW, findings: { run: [cause("a", "w", "d")] } };
    const { issue } = after(undefined, trouble);
    const well = { flow: "metrics", nowMs: NOW + 3_600_000, findings: { run: [] } };
    expect(decideAlert(issue, well)).toMatchObject({ move: "close", lastedMs: 3_600_000 });
  });
});

describe("a fingerprint", () => {
  it("depends on the causes' keys alone, not on their order or words", () => {
    const [a, b] = [cause("a", "one", "do"), cause("b", "two", "do")];
    expect(fingerprintOf([a, b])).toBe(fingerprintOf([b, { ...a, what: "another" }, a]));
    expect(fingerprintOf([a])).not.toBe(fingerprintOf([b]));
    expect(fingerprintOf([])).toBe("");
  });
});

describe("the hidden marker", () => {
  const marker = decideAlert(undefined, {
    flow: "a--b",
    nowMs: NOW,
    findings: { run: [cause("a", "w", "d")] },
  }).marker;

  it("is read back, also from a body that a web form gave other line ends", () => {
    const body = `${renderMarker(marker)}\ntext\n${renderPart("run", "| a |\n")}`;
    expect(readMarker(body)).toEqual(marker);
    expect(readMarker(body.replaceAll("\n", "\r\n"))).toEqual(marker);
    expect(readParts(body.replaceAll("\n", "\r\n"))).toMatchObject({ run: "| a |\n", ledger: "" });
  });

  it.each([
    ["none", "nothing hidden"],
    ["another version", renderMarker({ ...marker, v: 2 as 1 })],
    ["a flow's name that is none", renderMarker({ ...marker, flow: "../x" })],
    ["a message that is none", renderMarker({ ...marker, slack: { channel: "x y", ts: "1" } })],
    ["text that is no JSON", "<!-- cellarman:flow {oops} -->"],
  ])("is not taken from %s", (_what, body) => {
    expect(readMarker(body)).toBeUndefined();
  });
});
