// Rules on the export: which keys belong to which format and hand-over, and that a proof has its
// store.
import type { Breach, Rule } from "./rule.ts";
import type { FilledFlow } from "./schema.ts";

type WrittenExport = FilledFlow["export"];

/** Keys that mean something for hfile alone. */
const HFILE_KEYS = [
  "hand-over",
  "directory",
  "url",
  "prefix",
  "compress",
  "block-size",
  "proof",
  "store",
] as const satisfies readonly (keyof WrittenExport)[];

export const exportKeysFitFormat: Rule = {
  name: "export-keys-fit-format",
  says: "`hand-over` and every other key of the hfile format stand beside `format: hfile` alone.",
  reads: [["export"]],
  check(_, { export: written }) {
    if (written.format === "hfile") return [];
    return HFILE_KEYS.filter((key) => written[key] !== undefined).map((key) => ({
      path: ["export", key],
      reason: "belongs to format hfile, and the format is parquet",
      expected: "format: hfile, or none of its keys",
    }));
  },
};

/** What each hand-over needs. */
const PLACE_OF = { directory: "directory", http: "url", bucket: "prefix" } as const;

export const handOverHasItsPlace: Rule = {
  name: "hand-over-has-its-place",
  says:
    "format hfile says its `hand-over`: `directory` beside `directory`, `url` beside `http`, " +
    "`prefix` beside `bucket`, and no other of the three.",
  reads: [["export"]],
  check(_, { export: written }) {
    if (written.format !== "hfile") return [];
    const { "hand-over": handOver } = written;
    if (handOver === undefined) {
      return [missing("says no hand-over", "hand-over: directory, http or bucket")];
    }
    const needed = PLACE_OF[handOver];
    const stray = Object.values(PLACE_OF).filter(
      (key) => key !== needed && written[key] !== undefined,
    );
    return [
      ...(written[needed] === undefined
        ? [missing(`hands over by ${handOver} and names no ${needed}`, `${needed} beside it`)]
        : []),
      ...stray.map((key) => ({
        path: ["export", key],
        reason: `does not belong to hand-over ${handOver}`,
        expected: `${needed} alone`,
      })),
    ];
  },
};

const missing = (reason: string, expected: string): Breach => ({
  path: ["export"],
  reason,
  expected,
});

export const proofHasItsStore: Rule = {
  name: "proof-has-its-store",
  says:
    "format hfile names the `store` that HFFETCH reads, or says `proof: dump-digest`; " +
    "a store's folder is another than the dump folder.",
  reads: [["export"]],
  check(_, { export: written }) {
    if (written.format !== "hfile") return [];
    const { store, proof = "hffetch" } = written;
    if (store === undefined) {
      if (proof === "dump-digest") return [];
      return [
        missing(
          "names no store, so that nothing can read the files back",
          "a store, or proof: dump-digest (then nothing is ever purged)",
        ),
      ];
    }
    if (proof === "dump-digest") {
      return [
        {
          path: ["export", "proof"],
          reason: "is dump-digest though a store is named",
          expected: "hffetch, or no store",
        },
      ];
    }
    if (store.directory === undefined || store.directory !== written.directory) return [];
    return [
      {
        path: ["export", "store", "directory"],
        reason: "is the dump folder itself",
        expected: "no directory: then the store serves the dump folder",
      },
    ];
  },
};
