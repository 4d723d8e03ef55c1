// Listed series by short names.
import { identityOf, type ListedSeries } from "../../src/warp10/series.ts";

/** A series `name{host=h, ...more}`. */
export const series = (name: string, labels: Record<string, string> = {}): ListedSeries => ({
  className: name,
  labels: { host: "h", ...labels },
  attributes: {},
});

export const idOf = (name: string, labels: Record<string, string> = {}): string =>
  identityOf(series(name, labels));

/** A listing as a stream. */
export async function* listing(...all: readonly ListedSeries[]): AsyncGenerator<ListedSeries> {
  for (const one of all) yield await Promise.resolve(one);
}
