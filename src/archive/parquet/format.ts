// The numbers of the Parquet format that this project uses, and the two tables that it stores.

/** Physical types. */
export const TYPE = { boolean: 0, int64: 2, double: 5, byteArray: 6 } as const;
export type PhysicalType = (typeof TYPE)[keyof typeof TYPE];

/** Encodings of values. */
export const ENCODING = {
  plain: 0,
  rle: 3,
  delta: 5,
  dictionary: 8,
  byteStreamSplit: 9,
} as const;
export type Encoding = (typeof ENCODING)[keyof typeof ENCODING];

export const CODEC = { none: 0, zstd: 6 } as const;
export const PAGE = { data: 0, dictionary: 2 } as const;
export const MAGIC = Buffer.from("PAR1");

/** A column of a table. `optional`: it may hold nulls. `text`: UTF-8. */
export interface Column {
  readonly name: string;
  readonly type: PhysicalType;
  readonly optional: boolean;
  readonly text?: boolean;
}

/**
 * One row a point (design §4). Exactly one of long, double, boolean, string and binary has a value.
 * Timestamps are plain integers in the unit that the metadata names: a logical type would lose the
 * ends of 64 bits in most readers.
 */
export const POINT_COLUMNS = [
  { name: "class", type: TYPE.byteArray, optional: false, text: true },
  { name: "labels", type: TYPE.byteArray, optional: false, text: true },
  { name: "timestamp", type: TYPE.int64, optional: false },
  { name: "long", type: TYPE.int64, optional: true },
  { name: "double", type: TYPE.double, optional: true },
  { name: "boolean", type: TYPE.boolean, optional: true },
  { name: "string", type: TYPE.byteArray, optional: true, text: true },
  { name: "binary", type: TYPE.byteArray, optional: true },
  { name: "latitude", type: TYPE.double, optional: true },
  { name: "longitude", type: TYPE.double, optional: true },
  { name: "elevation", type: TYPE.int64, optional: true },
] as const satisfies readonly Column[];

/**
 * One row a series of a batch, also those that hold no point: then `first`, `last` and `digest` are
 * null.
 */
export const SERIES_COLUMNS = [
  { name: "class", type: TYPE.byteArray, optional: false, text: true },
  { name: "labels", type: TYPE.byteArray, optional: false, text: true },
  { name: "attributes", type: TYPE.byteArray, optional: false, text: true },
  { name: "points", type: TYPE.int64, optional: false },
  { name: "first", type: TYPE.int64, optional: true },
  { name: "last", type: TYPE.int64, optional: true },
  { name: "digest", type: TYPE.byteArray, optional: true, text: true },
] as const satisfies readonly Column[];

/** Metadata key that names the table and its version, and the values it has. */
export const FORMAT_KEY = "cellarman.format";
export const POINTS_FORMAT = "cellarman/points/v1";
export const SERIES_FORMAT = "cellarman/series/v1";
/** Metadata key of the time unit: `ms`, `us` or `ns`. */
export const TIME_UNIT_KEY = "cellarman.time-unit";
