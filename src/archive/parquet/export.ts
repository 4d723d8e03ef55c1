// The open exporter: the server's text, read strictly, digested and written as Parquet while it
// streams.
import { readPoints } from "../../warp10/text/read.ts";
import { SeriesDigests } from "../digest.ts";
import type { ExportedObject, ExportOrder, ExportRun } from "../exporter.ts";
import type { SeriesTotals } from "../points.ts";
import { TIME_UNIT_KEY } from "./format.ts";
import { type ParquetObject, PointsWriter } from "./write.ts";

/** Exports one batch as Parquet objects of a bounded size. */
export function parquetExporter(order: ExportOrder): ExportRun {
  let totals: readonly SeriesTotals[] = [];
  async function* objects(): AsyncGenerator<ExportedObject, void, undefined> {
    const source = order.hot.fetch(order.selector, order.range, order.limits);
    const stream = readPoints(source, { where: "the hot store's fetch" });
    const digests = new SeriesDigests(stream.series);
    const metadata = { ...order.about, [TIME_UNIT_KEY]: order.unit };
    const writer = new PointsWriter(stream.series, { metadata });
    let count = 0;
    const named = ({ bytes, rows }: ParquetObject): ExportedObject => ({
      name: `points-${String(count++).padStart(5, "0")}.parquet`,
      bytes,
      rows,
    });
    for await (const batch of stream) {
      digests.add(batch);
      for (const object of writer.add(batch)) yield named(object);
    }
    for (const object of writer.end()) yield named(object);
    totals = digests.finish();
  }
  return { objects: objects(), totals: () => totals };
}
