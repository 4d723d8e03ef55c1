// The flow of a real world.
import type { HotServer } from "./hot.ts";

/** What a flow's text is made of. */
export interface FlowGround {
  readonly hot: HotServer;
  /** Where the tool finds the two. */
  readonly hotUrl: string;
  readonly storeUrl: string;
  readonly bucket: string;
  /** Every class of the world begins so. */
  readonly prefix: string;
  readonly period: string;
  /** Folder of the archive within the bucket; "" for none. */
  readonly archiveFolder: string;
}

/** A flow that purges automatically; a fence that nobody can put up is replaced by a reason. */
export function flowText(world: FlowGround, more: readonly string[]): string {
  const { fence, tokens } = world.hot;
  const writeFence =
    fence && tokens.probe
      ? "{ max-past: P45D }"
      : '{ accept-risk: "a server of ours alone, whose ingress we cannot configure" }';
  return [
    "version: 1",
    "flow: world",
    "source:",
    `  warp10: ${world.hotUrl}`,
    "  read-token: { env: READ_TOKEN }",
    "  delete-token: { env: DELETE_TOKEN }",
    "  probe-token: { env: PROBE_TOKEN }",
    `  select: [{ class: { regex: '${world.prefix.replaceAll(".", "[.]")}.*' } }]`,
    "archive:",
    `  s3: ${world.storeUrl}`,
    `  bucket: ${world.bucket}`,
    ...(world.archiveFolder === "" ? [] : [`  prefix: ${world.archiveFolder}`]),
    "  access-key-id: { env: KEY_ID }",
    "  secret-access-key: { env: SECRET_KEY }",
    `period: { first: ${world.period} }`,
    "purge:",
    "  mode: automatic",
    "  grace: P14D",
    `  write-fence: ${writeFence}`,
    "  budget: { batches: 1000 }",
    ...more,
    "",
  ].join("\n");
}
