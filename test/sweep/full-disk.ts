// ENOSPC on the spool: `plan` of the built program, its temporary folder on a real tmpfs of one
// page, two pages, … until there is room enough. The kernel itself says that the disk is full.
// After each: nothing is lost, and with room the way goes to its end.
import { spawn, spawnSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BUCKET, World, WORLD_TOKENS, worldFlow } from "../../sim/world.ts";
import { identityHash, identityOf } from "../../src/warp10/series.ts";
import { type Program, runAtOnce } from "./child.ts";
import { type Finding, Judge, rememberHot } from "./judge.ts";
import { fill, momentOf, NOVEMBER, START_MS, STEPS } from "./stage.ts";
import type { SweepDocument } from "./sweep.ts";

/** What `npm run sweep -- --disk --json` prints. */
export type DiskDocument = Pick<
  SweepDocument,
  "crashPoints" | "lost" | "notConverged" | "seconds" | "broken" | "stories"
> & { readonly how: string };

/** Kinds of the end of a plan on a small disk. */
interface OnDisk {
  readonly code: number | null;
  readonly stderr: string;
}

const PAGE_KIB = 4;
/** More pages than the spool of the small flow can take. */
const PAGES_MAX = 300;

/** The words of a mount namespace of one's own: root needs no user namespace for it. */
const NAMESPACE = process.getuid?.() === 0 ? ["-m"] : ["-r", "-m"];
const MOUNT = 'mount -t tmpfs -o "size=$KIB" tmpfs "$TMPDIR" && exec "$@"';

const { owner: OWNER, application: APPLICATION } = WORLD_TOKENS.WORLD_READ;
const HIDDEN = { ".app": APPLICATION, ".owner": OWNER, ".producer": OWNER };
const DECEMBER = NOVEMBER.end + 1n;
const FLOW = [
  "period: { first: 2025-11 }",
  "purge: { mode: automatic, grace: PT0S, write-fence: { max-past: P45D, lag: PT1S } }",
].join("\n");

/**
 * Hosts whose series all fall into one file of the spool, which is written at each 4,096th: else it
 * would take a million of them.
 */
const CROWD: readonly string[] = crowd(4_096 + 10);

function crowd(count: number): string[] {
  const hosts: string[] = [];
  for (let n = 0; hosts.length < count; n++) {
    const host = `h${n}`;
    const identity = identityOf({ className: "crowd", labels: { ...HIDDEN, host } });
    if (identityHash(identity)[0] === 0) hosts.push(host);
  }
  return hosts;
}

/** Whether this machine lets a process mount a tmpfs for itself. */
export const canMount = (): boolean =>
  spawnSync("unshare", [...NAMESPACE, "sh", "-c", "mount -t tmpfs tmpfs /tmp"]).status === 0;

/** Plans with less room, page by page, until there is enough. `stride`: takes every n-th size. */
export async function fillDisk(
  program: Program,
  stride: number,
  tell: (line: string) => void,
): Promise<DiskDocument> {
  if (!canMount()) throw new Error("no process may mount a tmpfs here: no full disk can be had");
  const beganMs = performance.now();
  const found: { pages: number; findings: readonly Finding[] }[] = [];
  for (let pages = 1; pages < PAGES_MAX; pages += stride) {
    const findings = await planWith(program, pages);
    if (findings === "enough") break;
    found.push({ pages, findings });
    const said = findings.map((f) => `${f.kind}: ${f.text}`).join("; ") || "as it must be";
    tell(`${pages * PAGE_KIB} KiB are too little: ${said}`);
  }
  const having = (kind: Finding["kind"]): number =>
    found.filter(({ findings }) => findings.some((f) => f.kind === kind)).length;
  return {
    crashPoints: found.length,
    lost: having("lost"),
    notConverged: having("not converged"),
    broken: having("broken"),
    seconds: Math.round((performance.now() - beganMs) / 100) / 10,
    how: "a tmpfs of its own for the process: ENOSPC by the kernel",
    stories: found.flatMap(({ pages, findings }) =>
      findings.map((f) => `${pages * PAGE_KIB} KiB: ${f.kind}: ${f.text}`),
    ),
  };
}

/** One plan on a small disk, and the way to its end; "enough": the plan had room. */
async function planWith(program: Program, pages: number): Promise<readonly Finding[] | "enough"> {
  const world = await World.start({ startMs: START_MS });
  try {
    fill(world);
    for (const host of CROWD) {
      world.load("crowd", { host }, { timestamps: [DECEMBER], longs: Float64Array.of(1) });
    }
    // Two roots: their series are spooled to see that none is in both.
    const select = "select: [{ class: { regex: 'cpu.*' } }, { class: { regex: '[^c].*|crowd' } }]";
    const text = worldFlow(world, FLOW).replace(/select: .*/, select);
    await writeFile(join(world.flows, "world.yaml"), text);
    const judge = new Judge(world, rememberHot(world));
    const moment = momentOf(world);
    const { code, stderr } = await planOnDisk(program, world, pages);
    if (code === 0) return "enough";
    const findings = [...judgeEnd(world, code, stderr), ...(await judge.always(moment))];
    // A plan that left nothing behind leaves the world as it was: it goes on as after the first.
    if (pages > 1 && world.cellar.objects(BUCKET).size === 0) return findings;
    for (const { verb, afterMs } of STEPS) {
      world.moveClock(afterMs);
      await runAtOnce(program, world, [verb]);
    }
    return [...findings, ...(await judge.always(moment)), ...judge.atTheEnd()];
  } finally {
    await world.close();
  }
}

/** A full disk fails the command, says so, and leaves no plan behind. */
function judgeEnd(world: World, code: number | null, stderr: string): Finding[] {
  const broken = (text: string): Finding[] => [{ kind: "broken", text }];
  if (code !== 1 || !/temporary folder.*ENOSPC|ENOSPC.*temporary folder/s.test(stderr)) {
    return broken(`exit ${code}: ${stderr}`);
  }
  const plans = [...world.cellar.objects(BUCKET).keys()].filter((key) => key.startsWith("plans/"));
  return plans.length > 0 ? broken(`it left ${plans[0]}`) : [];
}

async function planOnDisk(program: Program, world: World, pages: number): Promise<OnDisk> {
  const folder = join(world.folder, "small");
  await mkdir(folder);
  const flags = ["--flows", world.flows, "--flows-are-authoritative"];
  const command = [process.execPath, program.cli, "plan", ...flags];
  const child = spawn("unshare", [...NAMESPACE, "sh", "-c", MOUNT, "sh", ...command], {
    stdio: ["ignore", "ignore", "pipe"],
    env: {
      ...Object.fromEntries(world.env),
      PATH: process.env["PATH"] ?? "",
      TMPDIR: folder,
      KIB: `${pages * PAGE_KIB}k`,
      CELLARMAN_CLOCK_SHIFT_MS: String(world.now() - Date.now()),
    },
  });
  let stderr = "";
  child.stderr.on("data", (part: Buffer) => (stderr += part.toString()));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stderr }));
  });
}
