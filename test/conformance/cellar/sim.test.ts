import { READ_ONLY } from "../../../sim/cellar/protocol.ts";
import { startCellar } from "../../../sim/cellar/server.ts";
import { cellarConformance } from "./suite.ts";

cellarConformance(async () => {
  const reader = { accessKeyId: "reader", secretAccessKey: "reader-secret" };
  const sim = await startCellar({ credentials: [{ ...reader, grants: READ_ONLY }] });
  const { url, accessKeyId, secretAccessKey } = sim;
  return { url, accessKeyId, secretAccessKey, reader, close: () => sim.close() };
});
