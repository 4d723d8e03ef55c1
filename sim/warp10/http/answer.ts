// One answer: held back until 32 KiB (then it is chunked), gzip'd where asked for, with
// back-pressure, and the place where faults strike.
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { createGzip, gzipSync } from "node:zlib";
import type { Gzip } from "node:zlib";
import type { Warp10Fault } from "../faults.ts";
import { bodyFilterOf } from "./damage.ts";
import type { BodyFilter } from "./damage.ts";
import { errorPage, reasonOf } from "./errorPage.ts";

/** Bytes that Jetty holds back before it commits an answer. */
const COMMIT_BYTES = 32_768;
/** Bytes below which an answer is never compressed. */
const MIN_GZIP_BYTES = 23;

/** The client has gone, or a fault cut the answer: the handler has nothing more to do. */
export class AnswerOver extends Error {}

/** An answer being written. */
export class Answer {
  /** Body bytes that went out, before compression. */
  bytes = 0;
  status = 200;
  /** Whether `# ERROR:` may be written into the body. */
  showErrors = false;
  private readonly request: IncomingMessage;
  private readonly response: ServerResponse;
  private readonly fault: Warp10Fault | undefined;
  private readonly filter: BodyFilter | undefined;
  private held: Buffer[] = [];
  private heldBytes = 0;
  private committed = false;
  private over = false;
  private gzip: Gzip | undefined;
  /** Whether a stall is over (or came before the answer). */
  private stalled: boolean;

  constructor(request: IncomingMessage, response: ServerResponse, fault?: Warp10Fault) {
    this.request = request;
    this.response = response;
    this.fault = fault;
    this.filter = fault === undefined ? undefined : bodyFilterOf(fault);
    this.stalled = fault?.bytes === undefined;
  }

  /** What struck this answer, if anything did. */
  get faultKind(): Warp10Fault["kind"] | undefined {
    return this.fault?.kind;
  }

  header(name: string, value: string): void {
    if (!this.response.headersSent) this.response.setHeader(name, value);
  }

  /** Commits an answer of so many bytes at once, never compressed: a file, or its head alone. */
  beginFile(length: number): void {
    this.header("Content-Length", String(length));
    this.committed = true;
    this.response.writeHead(this.status);
    this.response.flushHeaders();
  }

  /**
   * Writes body bytes; resolves when the client can take more. Throws AnswerOver when it never
   * will.
   */
  async write(chunk: Buffer): Promise<void> {
    if (this.over || this.response.destroyed) throw new AnswerOver();
    const bytes = this.filter?.push(chunk) ?? chunk;
    if (bytes.length === 0) return;
    if (this.fault?.kind === "lostAnswer") {
      this.bytes += bytes.length;
      return;
    }
    if (!this.committed && !this.strikesInBody()) {
      this.held.push(bytes);
      this.heldBytes += bytes.length;
      if (this.heldBytes >= COMMIT_BYTES) await this.commit();
      return;
    }
    if (!this.committed) await this.commit();
    await this.pass(bytes);
  }

  /** Ends the body. */
  async end(): Promise<void> {
    if (this.over) return;
    const rest = this.filter?.end();
    if (rest !== undefined && rest.length > 0) {
      this.held.push(rest);
      this.heldBytes += rest.length;
      if (this.committed) await this.commit();
    }
    if (this.fault?.kind === "lostAnswer") return this.destroy("fin");
    if (!this.committed && this.strikesInBody()) await this.commit();
    if (!this.committed) return this.endWhole(Buffer.concat(this.held));
    if (this.fault !== undefined && this.strikesInBody()) await this.strike(this.fault);
    if (this.over) return;
    this.over = true;
    if (this.gzip !== undefined) this.gzip.end();
    else this.response.end();
  }

  /**
   * An error page instead of a body, unless the answer is committed: then it just ends, as the real
   * one does.
   */
  async error(status: number, message: string): Promise<void> {
    if (this.committed) return this.end();
    this.status = status;
    if (message === "") return this.error(status, reasonOf(status));
    this.header("Content-Type", "text/html;charset=iso-8859-1");
    this.header("Cache-Control", "must-revalidate,no-cache,no-store");
    this.held = [errorPage(status, message, this.request.url?.split("?")[0] ?? "")];
    if (this.fault?.kind === "lostAnswer") return this.destroy("fin");
    this.endWhole(Buffer.concat(this.held));
  }

  /** Ends the connection: `rst` resets it, `fin` closes it; whatever was not sent is lost. */
  destroy(how: "rst" | "fin"): void {
    this.over = true;
    const { socket } = this.request;
    if (how === "rst") socket.resetAndDestroy();
    else socket.destroySoon();
  }

  private strikesInBody(): boolean {
    const kind = this.fault?.kind;
    return (
      kind === "reset" ||
      kind === "cut" ||
      kind === "cleanEnd" ||
      kind === "errorTrailer" ||
      kind === "stall" ||
      kind === "slow"
    );
  }

  private wantsGzip(): boolean {
    return /\bgzip\b/.test(String(this.request.headers["accept-encoding"] ?? ""));
  }

  private endWhole(body: Buffer): void {
    this.over = true;
    this.bytes = body.length;
    let sent = body;
    if (this.wantsGzip() && body.length >= MIN_GZIP_BYTES) {
      this.response.setHeader("Content-Encoding", "gzip");
      this.response.setHeader("Vary", "Accept-Encoding, User-Agent");
      sent = gzipSync(body);
    }
    this.response.statusMessage = this.status === 200 ? "OK" : reasonOf(this.status);
    this.response.writeHead(this.status, { "Content-Length": sent.length });
    this.response.end(sent);
  }

  private async commit(): Promise<void> {
    if (!this.committed) {
      this.committed = true;
      if (this.wantsGzip()) {
        this.response.setHeader("Content-Encoding", "gzip");
        this.response.setHeader("Vary", "Accept-Encoding, User-Agent");
        this.gzip = createGzip();
        this.gzip.pipe(this.response);
      }
      this.response.writeHead(this.status);
      this.response.flushHeaders();
    }
    const held = this.held;
    this.held = [];
    this.heldBytes = 0;
    for (const bytes of held) await this.pass(bytes);
  }

  /** Sends bytes, or as many as the fault lets through. */
  private async pass(bytes: Buffer): Promise<void> {
    if (this.over) throw new AnswerOver();
    const { fault } = this;
    if (fault === undefined || !this.strikesInBody()) return this.send(bytes);
    if (fault.kind === "slow") return this.drip(bytes, fault.bytesPerSecond ?? 1000);
    const left = (fault.bytes ?? 0) - this.bytes;
    if (left >= bytes.length) return this.send(bytes);
    let allowed = Math.max(0, left);
    const whole = fault.kind === "cleanEnd" || fault.kind === "errorTrailer";
    if (whole) allowed = bytes.subarray(0, allowed).lastIndexOf(10) + 1;
    if (allowed > 0) await this.send(bytes.subarray(0, allowed));
    await this.strike(fault);
    if (fault.kind !== "stall") throw new AnswerOver();
    await this.send(bytes.subarray(allowed));
  }

  private async strike(fault: Warp10Fault): Promise<void> {
    if (fault.kind === "stall") {
      if (this.stalled) return;
      this.stalled = true;
      await sleep(fault.ms ?? 2 ** 31 - 1, undefined, { ref: false });
    } else if (fault.kind === "reset") {
      // A reset overtakes what the client has not read yet.
      await sleep(30);
      this.destroy("rst");
    } else if (fault.kind === "cut") {
      this.destroy("fin");
    } else if (fault.kind === "cleanEnd" || fault.kind === "errorTrailer") {
      if (fault.kind === "errorTrailer" && this.showErrors) {
        const trace = encodeURIComponent("java.io.IOException: corrupted block\n\tat io.warp10");
        await this.send(Buffer.from(`\n# ERROR: ${trace}\n`));
      }
      this.over = true;
      if (this.gzip !== undefined) this.gzip.end();
      else this.response.end();
    }
  }

  private async drip(bytes: Buffer, perSecond: number): Promise<void> {
    const step = Math.max(1, Math.floor(perSecond / 20));
    for (let at = 0; at < bytes.length; at += step) {
      await this.send(bytes.subarray(at, at + step));
      await sleep(50);
    }
  }

  private async send(bytes: Buffer): Promise<void> {
    if (this.response.destroyed) throw new AnswerOver();
    this.bytes += bytes.length;
    const out = this.gzip ?? this.response;
    if (out.write(bytes)) return;
    await new Promise<void>((resolve, reject) => {
      const done = (): void => {
        out.off("drain", done);
        this.response.off("close", gone);
        resolve();
      };
      const gone = (): void => {
        out.off("drain", done);
        this.over = true;
        reject(new AnswerOver());
      };
      out.once("drain", done);
      this.response.once("close", gone);
    });
  }
}
