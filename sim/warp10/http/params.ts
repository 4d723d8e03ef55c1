// Parameters of a request: its query, then its form, as a servlet sees them.
import { decodeQuery } from "../text/percent.ts";

/** Parameters by name; of several of one name the first counts. */
export class Params {
  private readonly pairs: [string, string][] = [];

  /** Adds what a query string or form body says; a bare name has an empty value. */
  add(text: string): void {
    for (const pair of text.split("&")) {
      if (pair === "") continue;
      const at = pair.indexOf("=");
      const name = at < 0 ? pair : pair.slice(0, at);
      this.pairs.push([decodeQuery(name), at < 0 ? "" : decodeQuery(pair.slice(at + 1))]);
    }
  }

  get(name: string): string | undefined {
    return this.pairs.find((pair) => pair[0] === name)?.[1];
  }

  /** Switches are tested for presence, whatever their value (facts warp10 §1.0). */
  has(name: string): boolean {
    return this.pairs.some((pair) => pair[0] === name);
  }

  /** For the log: the first value of each, tokens left out. */
  toRecord(): Record<string, string> {
    const record: Record<string, string> = {};
    for (const [name, value] of this.pairs) if (name !== "token") record[name] ??= value;
    return record;
  }
}
