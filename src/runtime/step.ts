// Starting one step as a process of its own: same Node, same program.
import { spawn } from "node:child_process";
import { CellarmanError, EXIT } from "./errors.ts";

/**
 * Starts `script` with these arguments; its stdout and stderr are this process's stderr. Resolves
 * to the exit code.
 */
export function startStep(
  script: string,
  argv: readonly string[],
  signal: AbortSignal | undefined,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...process.execArgv, script, ...argv], {
      stdio: ["ignore", process.stderr, process.stderr],
    });
    const stop = (): boolean => child.kill("SIGTERM");
    signal?.addEventListener("abort", stop, { once: true });
    child.on("error", (cause) =>
      reject(new CellarmanError("internal", `${argv[0]} did not start`, { cause })),
    );
    child.on("close", (code) => {
      signal?.removeEventListener("abort", stop);
      resolve(code ?? EXIT.failed);
    });
  });
}
