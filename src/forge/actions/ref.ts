// Whether a run of GitHub Actions is one of the default branch: only such a run may write.
import { z } from "zod";
import { type ActionsContext, readEvent } from "./context.ts";

const eventWithBranch = z.looseObject({
  repository: z.looseObject({ default_branch: z.string().min(1) }),
});

/**
 * True where the run's ref is the repository's default branch, by the event that started it. A
 * schedule starts on the default branch alone, and its event need not name it; a
 * `pull_request_target` says the base branch while it may work on the change. Unknown means no.
 * Source: https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows
 */
export async function isOnDefaultBranch(context: ActionsContext | undefined): Promise<boolean> {
  if (!context || context.eventName === "pull_request_target") return false;
  if (context.eventName === "schedule") return true;
  const event = eventWithBranch.safeParse(await readEvent(context).catch(() => undefined));
  return event.success && context.ref === `refs/heads/${event.data.repository.default_branch}`;
}
