// Periods do not know the host's zone (reliability A7): children under other zones name the same
// ones.
import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";

describe("the host's time zone is irrelevant", () => {
  const script = `
    const { periodOf, dueAtMs, nextPeriod } = await import("./src/plan/period.ts");
    const said = [];
    const firsts = [["month", "2025-03"], ["week", "2011-W52"], ["day", "2011-12-30"]];
    for (const [every, name] of firsts) {
      let period = periodOf(every, name);
      for (let i = 0; i < 30; i++) {
        const dueMs = dueAtMs(period, { months: 3, days: 0, ms: 0 });
        said.push([period.name, period.fromMs, period.toMs, dueMs]);
        period = nextPeriod(every, period);
      }
    }
    process.stdout.write(JSON.stringify([new Date(2025, 0, 1).getTime(), said]));`;
  const saidIn = (zone: string): [number, unknown] => {
    const args = ["--input-type=module", "-e", script];
    const child = spawnSync(process.execPath, args, {
      env: { ...process.env, TZ: zone },
      encoding: "utf8",
    });
    return JSON.parse(child.stdout || JSON.stringify([child.stderr])) as [number, unknown];
  };

  test("St. John's, Apia (which skipped 2011-12-30) and UTC name the same periods", () => {
    const [utcYear, utc] = saidIn("UTC");
    expect(utc).toHaveLength(90);
    for (const zone of ["America/St_Johns", "Pacific/Apia"]) {
      const [year, said] = saidIn(zone);
      expect(year).not.toBe(utcYear);
      expect(said).toEqual(utc);
    }
  });
});
