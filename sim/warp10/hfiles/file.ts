// The stand-in's own file format. It is not that of the commercial extension and does not pretend
// to be: it only is a file on disk that holds points, may be opaque, and shows when it is not
// whole.
//
// "CMHFSIM1", then frames: length (4 bytes), kind (1 byte), payload. A frame of points is JSON,
// gzip'd where the dump is compressed; the last frame of a whole file is the end frame. Encrypted,
// all of it is AES-256 in counter mode.
import { createCipheriv, createHash } from "node:crypto";
import type { Cipheriv } from "node:crypto";
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import { Decimal, JavaError } from "../values.ts";
import type { Point, Value } from "../values.ts";
import { NO_ELEVATION, NO_LOCATION } from "../values.ts";

const MAGIC = Buffer.from("CMHFSIM1", "latin1");
const FRAME = { points: 0, gzipped: 1, end: 2 } as const;
const HEAD_BYTES = 5;

/** Points of one series, as they were dumped. */
export interface Frame {
  readonly className: string;
  /** Hidden labels included. */
  readonly labels: ReadonlyMap<string, string>;
  readonly attributes: ReadonlyMap<string, string>;
  readonly points: readonly Point[];
}

type PlainPoint = readonly [ts: string, location: string, elevation: string, value: PlainValue];
type PlainValue = readonly [type: string, text: string];

function plainValue(value: Value): PlainValue {
  if (typeof value === "bigint") return ["long", value.toString()];
  if (typeof value === "number") {
    const bits = Buffer.alloc(8);
    bits.writeDoubleBE(value);
    return ["double", bits.toString("hex")];
  }
  if (value instanceof Decimal) return ["decimal", `${value.mantissa}e${value.scale}`];
  if (typeof value === "boolean") return ["boolean", String(value)];
  if (typeof value === "string") return ["string", value];
  return ["bytes", Buffer.from(value).toString("base64")];
}

function valueOf([type, text]: PlainValue): Value {
  switch (type) {
    case "long":
      return BigInt(text);
    case "double":
      return Buffer.from(text, "hex").readDoubleBE();
    case "decimal": {
      const [mantissa, scale] = text.split("e").map(Number);
      return new Decimal(mantissa ?? 0, scale ?? 0);
    }
    case "boolean":
      return text === "true";
    case "string":
      return text;
    default:
      return new Uint8Array(Buffer.from(text, "base64"));
  }
}

function plainPoint({ ts, location, elevation, value }: Point): PlainPoint {
  return [
    ts.toString(),
    location === NO_LOCATION ? "" : location.toString(),
    elevation === NO_ELEVATION ? "" : elevation.toString(),
    plainValue(value),
  ];
}

function pointOf([ts, location, elevation, value]: PlainPoint): Point {
  return {
    ts: BigInt(ts),
    location: location === "" ? NO_LOCATION : BigInt(location),
    elevation: elevation === "" ? NO_ELEVATION : BigInt(elevation),
    value: valueOf(value),
  };
}

/** The keystream that makes a file opaque: the same one makes it plain again. */
function keystream(): Cipheriv {
  const key = createHash("sha256").update("the stand-in's key").digest();
  return createCipheriv("aes-256-ctr", key, Buffer.alloc(16));
}

/** A file being written; it must not exist yet. */
export class FileWriter {
  /** Bytes written so far. */
  size = 0;
  private readonly file: number;
  private readonly cipher: Cipheriv | undefined;
  private readonly compress: boolean;

  /** Throws what the file system throws, EEXIST where the file exists. */
  constructor(path: string, options: { readonly compress: boolean; readonly encrypted: boolean }) {
    this.file = openSync(path, "wx");
    this.compress = options.compress;
    this.cipher = options.encrypted ? keystream() : undefined;
    this.write(MAGIC);
  }

  add({ className, labels, attributes, points }: Frame): void {
    const json = JSON.stringify({
      className,
      labels: [...labels],
      attributes: [...attributes],
      points: points.map(plainPoint),
    });
    if (this.compress) this.frame(FRAME.gzipped, gzipSync(json));
    else this.frame(FRAME.points, Buffer.from(json));
  }

  /** Ends a whole file. */
  finish(): void {
    this.frame(FRAME.end, Buffer.alloc(0));
    closeSync(this.file);
  }

  /** Closes a file that stays as it is. */
  abandon(): void {
    closeSync(this.file);
  }

  private frame(kind: number, payload: Buffer): void {
    const head = Buffer.alloc(HEAD_BYTES);
    head.writeUInt32BE(payload.length);
    head.writeUInt8(kind, 4);
    this.write(Buffer.concat([head, payload]));
  }

  private write(bytes: Buffer): void {
    writeSync(this.file, this.cipher?.update(bytes) ?? bytes);
    this.size += bytes.length;
  }
}

/** The frames of a file. Throws a JavaError for one that is none, or not whole. */
export function* readFrames(path: string, encrypted: boolean): Generator<Frame> {
  const broken = new JavaError(`'${path}' is not a valid HFile.`);
  const bytes = encrypted ? keystream().update(readFileSync(path)) : readFileSync(path);
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) throw broken;
  for (let at = MAGIC.length; at + HEAD_BYTES <= bytes.length;) {
    const kind = bytes.readUInt8(at + 4);
    const from = at + HEAD_BYTES;
    at = from + bytes.readUInt32BE(at);
    if (at > bytes.length) throw broken;
    if (kind === FRAME.end) {
      if (at !== bytes.length) throw broken;
      return;
    }
    yield frameOf(kind, bytes.subarray(from, at), broken);
  }
  throw broken;
}

function frameOf(kind: number, payload: Buffer, broken: JavaError): Frame {
  try {
    const text = kind === FRAME.gzipped ? gunzipSync(payload) : payload;
    const { className, labels, attributes, points } = JSON.parse(text.toString("utf8"));
    return {
      className,
      labels: new Map(labels),
      attributes: new Map(attributes),
      points: points.map(pointOf),
    };
  } catch {
    throw broken;
  }
}
