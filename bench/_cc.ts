import { PointsWriter } from "../src/archive/parquet/write.ts";
import { readPoints } from "../src/warp10/text/read.ts";
import { DATA_SETS, textOf } from "./formats-data.ts";
const { crossCheck } = await import(process.argv[2]);
const set = DATA_SETS.find((s) => s.name === "tele")!;
for (const points of [131072, 500]) {
const stream = readPoints(textOf({ ...set, series: 1, points }), { where: "x" });
const w = new PointsWriter(stream.series, { metadata: {} }); const objs = [];
for await (const b of stream) objs.push(...w.add(b)); objs.push(...w.end());
const n = points > 1000 ? 4 : 200;
for (let i = 0; i < 3; i++) { const c = process.cpuUsage(); for (let k = 0; k < n; k++) await crossCheck(objs[0].bytes); const d = process.cpuUsage(c); console.log(points, "cpu ms each", ((d.user + d.system) / 1000 / n).toFixed(2)); }
}
