// One thread of main.ts: runs the histories that it is told to.
import { parentPort } from "node:worker_threads";
import { type Kind, runBatch } from "./batch.ts";

interface Order {
  readonly kind: Kind;
  readonly from: number;
  readonly count: number;
}

parentPort?.on("message", (order: Order) => {
  runBatch(order.kind, order.from, order.count).then(
    (summary) => parentPort?.postMessage(summary),
    (error: unknown) => {
      // An error of the model itself ends the run.
      throw error;
    },
  );
});
