// What only the store's own machine can do: end a gateway without warning, and make users. Where
// the store is not the one of scripts/radosgw.sh on this machine, nothing of it can be done.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StoreKeys } from "../../../src/cellar/sign.ts";
import { CLUSTER } from "./store.ts";

/** A user of the store with keys of its own. */
export interface StoreUser extends StoreKeys {
  /** As a bucket policy names it. */
  readonly arn: string;
  remove(): void;
}

const admin = (...args: string[]): void => {
  execFileSync("radosgw-admin", ["-c", join(CLUSTER, "ceph.conf"), ...args], { stdio: "ignore" });
};

/** Makes a user. */
export function makeUser(uid: string): StoreUser {
  const keys = { accessKeyId: `key-of-${uid}`, secretAccessKey: `secret-of-${uid}` };
  const given = [`--access-key=${keys.accessKeyId}`, `--secret-key=${keys.secretAccessKey}`];
  admin("user", "create", `--uid=${uid}`, `--display-name=${uid}`, ...given);
  const remove = (): void => admin("user", "rm", `--uid=${uid}`, "--purge-data");
  return { ...keys, arn: `arn:aws:iam:::user/${uid}`, remove };
}

/** A second gateway of the cluster, which a test may kill. */
export class Gateway {
  readonly url: string;
  private readonly folder = mkdtempSync(join(tmpdir(), "cellarman-gateway-"));
  private child: ChildProcess | undefined;

  private constructor(url: string) {
    this.url = url;
  }

  static async start(): Promise<Gateway> {
    const probe = createServer().listen(0, "127.0.0.1");
    await once(probe, "listening");
    const address = probe.address();
    probe.close();
    if (address === null || typeof address === "string") throw new Error("no port is free");
    const gateway = new Gateway(`http://127.0.0.1:${address.port}`);
    await gateway.up();
    return gateway;
  }

  /** Starts it, again after a kill on the same port, and waits until it answers. */
  async up(): Promise<void> {
    const inFolder = (name: string): string => join(this.folder, name);
    const endpoint = new URL(this.url).host;
    this.child = spawn(
      "radosgw",
      [
        "-f",
        "--name=client.rgw.a",
        `--conf=${join(CLUSTER, "ceph.conf")}`,
        `--rgw_frontends=beast endpoint=${endpoint} tcp_nodelay=1`,
        `--pid_file=${inFolder("pid")}`,
        `--log_file=${inFolder("log")}`,
        `--admin_socket=${inFolder("socket")}`,
      ],
      { stdio: "ignore" },
    );
    for (let tries = 0; tries < 300; tries++) {
      const answer = await fetch(this.url).catch(() => undefined);
      if (answer?.ok) return;
      await new Promise((done) => setTimeout(done, 100));
    }
    throw new Error(`no gateway at ${this.url} within 30 s`);
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  }

  async close(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
