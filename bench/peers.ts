// What else could move the same ranges: curl alone, and curl into zstd into rclone.
import { execFileSync } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Ran, runShell } from "./child.ts";
import { readPlan } from "./gateway.ts";
import type { FlowFolder, Store } from "./stage.ts";

/** The fetches of a plan as form bodies, one file each, for `curl --data @FILE`. */
export class Fetches {
  private readonly folder: FlowFolder;
  private readonly hot: string;
  private readonly forms: readonly string[];

  private constructor(folder: FlowFolder, hot: string, forms: readonly string[]) {
    this.folder = folder;
    this.hot = hot;
    this.forms = forms;
  }

  /** The fetches that archiving the plan under `prefix` makes. */
  static async of(folder: FlowFolder, hot: string, store: Store, prefix: string): Promise<Fetches> {
    const into = join(folder.folder, "forms");
    await rm(into, { recursive: true, force: true });
    await mkdir(into);
    const forms: string[] = [];
    for (const { selector, range } of await readPlan(store, prefix)) {
      const { start, end } = range;
      const form = { selector, start, end, format: "text", showerrors: "true" };
      const file = join(into, String(forms.length));
      await writeFile(file, new URLSearchParams(form).toString().replaceAll("+", "%20"));
      forms.push(file);
    }
    return new Fetches(folder, hot, forms);
  }

  /** All of them to nowhere, so many at a time. */
  toNull(parallel: number): Promise<Ran> {
    return this.shell(parallel, `curl -sf -o /dev/null ${FETCH}`, {});
  }

  /** Bytes of text of all of them together. */
  async textBytes(): Promise<number> {
    const { stdout } = await this.shell(1, `curl -sf ${FETCH} | wc -c`, {});
    return stdout
      .trim()
      .split("\n")
      .reduce((sum, line) => sum + Number(line), 0);
  }

  /** All of them into the bucket as zstd'd text, by rclone. */
  toRclone(parallel: number, store: Store, prefix: string): Promise<Ran> {
    const target = `":s3:$BUCKET/$PREFIX/$(basename "$0")"`;
    const line = `curl -sf ${FETCH} | zstd -3 -q | rclone rcat --s3-no-check-bucket ${target}`;
    return this.shell(parallel, line, {
      BUCKET: store.bucket,
      PREFIX: prefix,
      RCLONE_CONFIG: "/dev/null",
      // rclone cannot use it, and plain HTTP needs none.
      AWS_CA_BUNDLE: "",
      RCLONE_S3_PROVIDER: "Ceph",
      RCLONE_S3_ENDPOINT: store.url,
      RCLONE_S3_ACCESS_KEY_ID: store.accessKeyId,
      RCLONE_S3_SECRET_ACCESS_KEY: store.secretAccessKey,
    });
  }

  private shell(parallel: number, line: string, env: Record<string, string>): Promise<Ran> {
    const each = `printf '%s\\n' "$@" | xargs -P${parallel} -n1 bash -o pipefail -c "$LINE"`;
    return runShell(each, this.forms, {
      ...this.folder.env,
      ...env,
      LINE: line,
      URL: `${this.hot}/api/v0/fetch`,
    });
  }
}

/** A fetch whose form is the file `$0`. */
const FETCH = `-H "X-Warp10-Token: $WARP10_READ_TOKEN" --data "@$0" "$URL"`;

/** Whether a program can be run here. */
export function isInstalled(program: string): boolean {
  try {
    execFileSync(program, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
