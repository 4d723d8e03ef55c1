// Periods do not know the host's zone (reliability A7): under every zone that this host knows, the
// same names, bounds and due dates.
import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";

/** Said by a child: under each zone, where its 2025 begins and the digest of all its periods. */
const SCRIPT = `
  const { createHash } = await import("node:crypto");
  const { periodOf, dueAtMs, nextPeriod, addDuration } = await import("./src/plan/period.ts");
  // Leap days, month ends, the ends of centuries, days that a zone skipped or had twice.
  const firsts = [
    ["month", "1970-01", 14], ["month", "1999-12", 15], ["month", "2099-11", 14],
    ["week", "1970-W01", 3], ["week", "2011-W51", 4], ["week", "2026-W52", 4],
    ["week", "2099-W52", 3],
    ["day", "1972-02-28", 3], ["day", "2000-02-28", 3], ["day", "2011-12-28", 5],
    ["day", "2025-03-29", 3], ["day", "2025-10-25", 3], ["day", "2099-12-30", 4],
  ];
  function digestOfAll() {
    const hash = createHash("sha256");
    for (const [every, first, count] of firsts) {
      let period = periodOf(every, first);
      for (let i = 0; i < count; i++) {
        const dueMs = dueAtMs(period, { months: 3, days: 0, ms: 0 });
        const backMs = addDuration(period.toMs, { months: 1, days: 1, ms: 1 }, -1);
        hash.update([period.name, period.fromMs, period.toMs, dueMs, backMs].join());
        period = nextPeriod(every, period);
      }
    }
    return hash.digest("hex");
  }
  const said = {};
  for (const zone of ["UTC", ...Intl.supportedValuesOf("timeZone")]) {
    process.env.TZ = zone;
    said[zone] = [new Date(2025, 0, 1).getTime(), digestOfAll()];
  }
  process.stdout.write(JSON.stringify(said));`;

describe("the host's time zone is irrelevant", () => {
  const args = ["--input-type=module", "-e", SCRIPT];
  const child = spawnSync(process.execPath, args, { encoding: "utf8" });
  const said: Record<string, [number, string]> = JSON.parse(child.stdout || "{}");

  test("every zone of this host names the same periods as UTC", () => {
    expect(child.stderr).toBe("");
    const zones = Object.entries(said);
    expect(zones.length).toBeGreaterThan(300);
    const digest = said["UTC"]?.[1];
    expect(zones.filter(([, [, other]]) => other !== digest)).toEqual([]);
  });

  test("though their clocks differ: St. John's, Apia (which skipped 2011-12-30)", () => {
    const years = new Set(Object.values(said).map(([yearMs]) => yearMs));
    expect(years.size).toBeGreaterThan(20);
    for (const zone of ["America/St_Johns", "Pacific/Apia"]) {
      expect(said[zone]?.[0]).not.toBe(said["UTC"]?.[0]);
    }
  });
});
