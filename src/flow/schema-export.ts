// The section that says in what form the points are archived; what its keys have to say to one
// another is in rules-export.ts.
import { z } from "zod";
import { parseAddress } from "./address.ts";
import { addressBy, oneOf, secretIn, textBy, warp10Address, wholeNumber } from "./fields.ts";

/** A path as a person may write it: absolute, no dot segments, nothing to be expanded. */
const absoluteFolder = (expected: string) =>
  textBy(/^(?=.{2,500}$)(\/(?!\.{1,2}(\/|$))[A-Za-z0-9._=@+-]+)+$/, expected).meta({
    title: "absolute path",
  });

const store = z
  .strictObject({
    warp10: warp10Address()
      .optional()
      .describe("The Warp 10 that serves the archive. Left out: `source.warp10`."),
    "read-token": secretIn(
      "WARP10_HFILES_TOKEN",
      "Variable with the read token for HFFETCH: of the owners and applications in the files.",
    ),
    name: textBy(
      /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
      "a store's name: at most 64 letters, digits, . - and _",
    )
      .meta({ title: "store name" })
      .describe("The history store's name on that Warp 10."),
    directory: absoluteFolder("the absolute path of the store's folder, as this machine sees it")
      .optional()
      .describe(
        "Folder of the store as the runner sees it: sealed files are put there, each generation " +
          "in a folder of its own. Left out: the store serves the folder that HFDUMP writes to, " +
          "and nothing is moved.",
      ),
    root: absoluteFolder("the absolute path of the store's folder, as the Warp 10 sees it")
      .optional()
      .describe("The same folder as the Warp 10 sees it, for HFOPEN. Left out: `directory`."),
  })
  .describe("Where HFFETCH reads the archived files.");

export const exportSection = z
  .strictObject({
    format: oneOf(["parquet", "hfile"]).default("parquet").describe("The archive's format."),
    "hand-over": oneOf(["directory", "http", "bucket"])
      .optional()
      .describe(
        "hfile: how the files leave the Warp 10 host. directory: a folder that the runner sees. " +
          "http: served under `url`. bucket: the server writes into the bucket itself.",
      ),
    directory: absoluteFolder("the absolute path of the dump folder, as this machine sees it")
      .optional()
      .describe("hand-over directory: the folder that HFDUMP writes to, as the runner sees it."),
    url: addressBy(parseAddress, "an https address such as https://warp10.example.net/hfdump")
      .optional()
      .describe("hand-over http: the address under which the dump folder is served, with ranges."),
    prefix: textBy(
      /^(?=.{1,200}$)[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/,
      "names of letters, digits, . - and _ with slashes between them, at most 200 characters",
    )
      .optional()
      .meta({ title: "key prefix" })
      .describe("hand-over bucket: the folder within the archive's that HFDUMP writes to."),
    compress: oneOf(["NONE", "GZ", "SNAPPY", "LZ4", "LZO"])
      .optional()
      .describe("hfile: compression of the blocks. Left out: GZ."),
    "block-size": wholeNumber(1_024, 16_777_216)
      .optional()
      .describe("hfile: bytes of a block before compression. Left out: 65536."),
    proof: oneOf(["hffetch", "dump-digest"])
      .optional()
      .describe(
        "hfile: hffetch: the archive is read through `store` and compared; needed for a purge. " +
          "dump-digest: only what HFDUMP was handed is known, and nothing is ever purged. " +
          "Left out: hffetch.",
      ),
    store: store.optional(),
  })
  .prefault({})
  .describe("In what form the points are archived.");
