// Lines of GTS text in and out. Out: everything that a Warp 10 holds of some series, as lines that
// can be compared: every line whole, labels sorted, those that a token gives left out, doubles by
// their bits, lines sorted.
import type { Range } from "../../../src/warp10/range.ts";

/** Labels that belong to who wrote a point, not to the point: a restored series has others. */
const GIVEN_BY_TOKEN = /^(?:\.app|\.producer|\.owner)=/;

/** Sends GTS text to a Warp 10. Throws with what the server said when it refuses. */
export async function updateLines(
  url: string,
  token: string,
  lines: readonly string[],
): Promise<void> {
  const answer = await fetch(`${url}/api/v0/update`, {
    method: "POST",
    headers: { "X-Warp10-Token": token, "Content-Type": "text/plain; charset=utf-8" },
    body: `${lines.join("\n")}\n`,
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`update answered ${answer.status}: ${text}`);
}

/** Exports a range in fulltext and normalises it. Throws on anything but a whole answer. */
export async function exportLines(
  url: string,
  token: string,
  prefix: string,
  range: Range,
): Promise<string[]> {
  const selector = `~(${prefix.replaceAll(".", "[.]")}.*){}`;
  const query = new URLSearchParams({
    selector,
    start: String(range.start),
    end: String(range.end),
    format: "fulltext",
    showerrors: "true",
  });
  const answer = await fetch(`${url}/api/v0/fetch?${query.toString()}`, {
    headers: { "X-Warp10-Token": token },
  });
  const text = await answer.text();
  if (!answer.ok || text.includes("# ERROR")) {
    throw new Error(`fetch answered ${answer.status}: ${text.slice(-500)}`);
  }
  return text.split(/\r?\n/).filter(Boolean).map(normalised).toSorted();
}

/**
 * A line with its labels sorted, without the three that a token gives. A double is shown by its
 * bits: the server keeps `1.0E10` and `10000000000.0` apart, by how they were written, though they
 * are one number (facts warp10 §7).
 */
function normalised(line: string): string {
  const [, place = "", className = "", inner = "", value = ""] = LINE.exec(line) ?? [];
  const labels = inner.split(",").filter((label) => label && !GIVEN_BY_TOKEN.test(label));
  const shown = DOUBLE.test(value) ? bitsOf(Number(value)) : value;
  return `${place} ${className}{${labels.toSorted().join(",")}} ${shown}`;
}

const LINE = /^(\S+) ([^{ ]+)\{([^}]*)\} (.*)$/;
/** Neither LONG nor text nor one of the three numbers without digits. */
const DOUBLE = /^-?\d+(?:\.\d+(?:E-?\d+)?|E-?\d+)$/;

function bitsOf(double: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(double);
  return `double ${bytes.toString("hex")}`;
}
