// The files of a generation into the bucket: small ones by one PUT, large ones by a multipart
// upload that another process can go on with. Keys are the generation's, so that each file is
// written once.
import { createHash } from "node:crypto";
import type { Cold } from "../../cellar/cold.ts";
import type { LargeCold } from "../../cellar/large.ts";
import { hashObject } from "../../cellar/read-large.ts";
import { putOnce, readRecord, sha256Hex, writeRecord } from "../../cellar/records.ts";
import { PART_BYTES, partBytesFor, uploadLarge } from "../../cellar/upload.ts";
import { type Upload, uploadRecord } from "../../ledger/generations.ts";
import { attemptPrefix, type BatchRef, uploadKey } from "../../ledger/keys.ts";
import { CellarmanError } from "../../runtime/errors.ts";
import type { Retrying } from "../../runtime/retry.ts";
import type { ObjectRecord } from "../objects.ts";
import type { DumpedFile } from "./hand-over.ts";

/** What files are put with. */
export interface FilePorts {
  readonly cold: Cold;
  readonly large: LargeCold;
  readonly retry: Retrying;
  readonly process: string;
  readonly signal?: AbortSignal | undefined;
}

/** A batch's generation. */
export interface GenerationRef {
  readonly at: BatchRef;
  readonly generation: string;
}

/** Puts one file, or finds it where the server put it; returns what the manifest says of it. */
export async function putFile(
  ports: FilePorts,
  { at, generation }: GenerationRef,
  file: DumpedFile,
  rows: number,
): Promise<ObjectRecord> {
  const { name, bytes } = file;
  if (bytes === 0) throw new CellarmanError("mismatch", `the file ${name} is empty`);
  if (file.key !== undefined) {
    const sha256 = await hashSource(file, ports.signal);
    return { name, bytes, sha256, rows, key: file.key };
  }
  const key = `${attemptPrefix(at, generation)}${name}`;
  if (bytes <= PART_BYTES) {
    const content = await file.read(0, bytes, ports.signal);
    if (content.length !== bytes) throw shorter(file, content.length);
    await putOnce(ports.cold, key, content);
    return { name, bytes, sha256: sha256Hex(content), rows, key };
  }
  const upload = await uploadOf(ports, { at, generation }, key, file);
  const { large, retry, signal } = ports;
  const order = { key, upload: upload.upload, partBytes: upload.partBytes, retry, signal };
  try {
    const { sha256 } = await uploadLarge(large, file, order);
    return { name, bytes, sha256, rows, key };
  } catch (thrown) {
    if (!(thrown instanceof CellarmanError) || thrown.code !== "blocked") throw thrown;
    // Completed by a process that did not live to say so, or taken away: the object itself tells.
    const sha256 = await hashSource(file, signal);
    const there = await hashObject(large, key, signal);
    if (there?.sha256 !== sha256) throw thrown;
    return { name, bytes, sha256, rows, key };
  }
}

const shorter = ({ name, bytes }: DumpedFile, came: number): CellarmanError =>
  new CellarmanError("incomplete-read", `${came} of ${bytes} bytes of ${name} came`, {
    retryable: true,
  });

/** The upload of a file, begun by whoever came first. */
async function uploadOf(
  { cold, large, process, signal }: FilePorts,
  { at, generation }: GenerationRef,
  object: string,
  file: DumpedFile,
): Promise<Upload> {
  const record = uploadKey(at, generation, file.name);
  const known = await readRecord(cold, record, uploadRecord);
  if (known) return sameLength(known.value, file);
  const upload = await large.beginUpload(object, signal);
  const { bytes } = file;
  const partBytes = partBytesFor(bytes);
  const value = { schema: "cellarman/upload/1" as const, ...at, process, generation, object };
  try {
    await writeRecord(cold, record, { ...value, upload, partBytes, bytes });
  } catch (thrown) {
    if (!(await cold.get(record))) throw thrown;
  }
  const first = await readRecord(cold, record, uploadRecord);
  if (first) return sameLength(first.value, file);
  throw new CellarmanError("mismatch", `the record ${record} cannot be read back`);
}

function sameLength(upload: Upload, { name, bytes }: DumpedFile): Upload {
  if (upload.bytes === bytes) return upload;
  throw new CellarmanError(
    "mismatch",
    `${name} has ${bytes} bytes, and had ${upload.bytes} when its upload began`,
  );
}

/** SHA-256 of a whole source, a part in memory at a time. */
export async function hashSource(file: DumpedFile, signal?: AbortSignal): Promise<string> {
  const digest = createHash("sha256");
  for (let from = 0; from < file.bytes; from += PART_BYTES) {
    const length = Math.min(PART_BYTES, file.bytes - from);
    const bytes = await file.read(from, length, signal);
    if (bytes.length !== length) throw shorter(file, from + bytes.length);
    digest.update(bytes);
  }
  return digest.digest("hex");
}
