// Small pieces gathered into large chunks on their way out; large pieces pass uncopied.
import type { Answer } from "../http/answer.ts";

const CHUNK_BYTES = 256 * 1024;
const PASS_BYTES = 64 * 1024;

/** Gathers bytes for an answer. */
export class OutBuffer {
  private readonly answer: Answer;
  private buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  private length = 0;

  constructor(answer: Answer) {
    this.answer = answer;
  }

  /**
   * Takes bytes; a promise where the caller must wait before it gives more. The bytes must not
   * change later.
   */
  add(bytes: Buffer): Promise<void> | undefined {
    if (bytes.length >= PASS_BYTES) return this.pass(bytes);
    if (this.length + bytes.length > CHUNK_BYTES) return this.flush().then(() => this.add(bytes));
    this.length += bytes.copy(this.buffer, this.length);
    return undefined;
  }

  /** Sends what was gathered. */
  async flush(): Promise<void> {
    if (this.length === 0) return;
    const full = this.buffer.subarray(0, this.length);
    this.buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    this.length = 0;
    await this.answer.write(full);
  }

  private async pass(bytes: Buffer): Promise<void> {
    await this.flush();
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
      await this.answer.write(bytes.subarray(at, at + CHUNK_BYTES));
    }
  }
}
