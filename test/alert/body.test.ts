// The text: whole, safe, and never longer than GitHub takes.
import { describe, expect, it } from "vitest";
import { BODY_MAX, PART_MAX, renderBody, renderCauses } from "../../src/alert/body.ts";
import { readMarker, readParts } from "../../src/alert/marker.ts";
import { type BatchRow, cause } from "../../src/alert/trouble.ts";

const PLACE = {
  serverUrl: "https://github.com",
  repository: "acme/flows",
  runId: "7",
  attempt: 2,
  control: "control.yml",
};
const fingerprint = "0123456789abcdef";
const MARKER = {
  v: 1,
  flow: "metrics",
  since: "2026-03-05T00:00:00.000Z",
  parts: { run: fingerprint, ledger: fingerprint, schedule: fingerprint },
  told: { slack: "", webhook: "" },
  slack: null,
} as const;

const row = (n: number, message = "x"): BatchRow => ({
  period: "2025-11",
  batch: `aaaaaaaa-${String(n).padStart(5, "0")}`,
  state: "planned",
  class: "transient",
  message,
  log: "https://github.com/acme/flows/actions/runs/7/job/8",
});
const rows = (n: number, message?: string): BatchRow[] =>
  Array.from({ length: n }, (_, i) => row(i, message));

const bodyOf = (parts: { run: string; ledger: string; schedule: string }): string =>
  renderBody({
    marker: MARKER,
    parts,
    mentions: ["acme/data", "jo"],
    place: PLACE,
    nowMs: Date.parse("2026-03-06T00:00:00Z"),
    lastedMs: 86_400_000,
  });

describe("an issue's body", () => {
  it("holds the worst that can be in every part, and says what it left out", () => {
    const long = "⚠️ & <b> `|` @all ".repeat(60);
    const causes = Array.from({ length: 40 }, (_, i) =>
      cause(`k${i}`, long, long, {
        class: "deterministic",
        rows: rows(10_000, long),
        links: Array.from({ length: 50 }, () => ({ text: long, url: `https://x/${i}` })),
      }),
    );
    const run = renderCauses("run", causes);
    const ledger = renderCauses("ledger", causes.slice(0, 3));
    const schedule = renderCauses("schedule", causes.slice(0, 1));
    const body = bodyOf({ run, ledger, schedule });
    expect(body.length).toBeLessThanOrEqual(BODY_MAX);
    expect(readMarker(body)).toEqual(MARKER);
    expect(readParts(body)).toEqual({ run, ledger, schedule });
    expect(run).toMatch(/\d+ more causes not shown/);
    expect(schedule).toMatch(/\d+ of 10000 batches not shown/);
  });

  it("cuts a table of 10,000 batches by rows", () => {
    const part = renderCauses("run", [
      cause("k", "what", "cellarman run m", { rows: rows(10_000) }),
    ]);
    expect(part.length).toBeLessThanOrEqual(PART_MAX);
    const shown = part.match(/^\| 2025-11 /gm)?.length ?? 0;
    expect(shown).toBeGreaterThan(50);
    expect(part).toContain(`${10_000 - shown} of 10000 batches not shown`);
    expect(part).not.toMatch(/^\| 2025-11 [^\n]*[^|\n]$/m);
  });

  it("lets nothing that a server said mention, link, format or close the hidden parts", () => {
    const evil = "@acme/all <!-- /cellarman:run --> [x](http://evil) | ![](http://evil)\n# big";
    const part = renderCauses("run", [
      cause("k", evil, "look", {
        rows: [row(1, evil)],
        links: [{ text: evil, url: "https://x/)" }],
      }),
    ]);
    const body = bodyOf({ run: part, ledger: "", schedule: "" });
    expect(readParts(body).run).toBe(part);
    expect(part).not.toMatch(/@acme|<!--|\]\(http:|^#\s/m);
  });

  it("names who is mentioned, how to run again and where to hold, while something is wrong", () => {
    const body = bodyOf({
      run: renderCauses("run", [cause("k", "w", "t")]),
      ledger: "",
      schedule: "",
    });
    expect(body).toContain("@acme/data @jo");
    expect(body).toContain("`gh run rerun 7 --failed --repo acme/flows`");
    expect(body).toContain("(https://github.com/acme/flows/actions/workflows/control.yml)");
    expect(body).toContain("needs a look since 2026-03-05 00:00Z (24.0 h)");
    const well = bodyOf({ run: "", ledger: "", schedule: "" });
    expect(well).toContain("is well again. The incident lasted 24.0 h.");
    expect(well).not.toContain("@acme/data");
  });
});
