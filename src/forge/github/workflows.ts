// Whether a workflow is switched on, and when it last succeeded.
import type { WorkflowSeen } from "../../alert/schedule.ts";
import type { CallBudget } from "./budget.ts";
import type { GitHub } from "./client.ts";

/** Reads a workflow by its file's name, such as `offload.yml`. */
export async function readWorkflow(
  github: GitHub,
  budget: CallBudget,
  file: string,
): Promise<WorkflowSeen> {
  const { repository } = github;
  budget.spend();
  const { data } = await github.request(
    "GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}",
    { ...repository, workflow_id: file },
  );
  budget.spend();
  const runs = await github.request(
    "GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs",
    { ...repository, workflow_id: file, status: "success", per_page: 1 },
  );
  const [last] = runs.data.workflow_runs;
  return {
    file,
    state: data.state,
    createdMs: Date.parse(data.created_at),
    lastSuccessMs: last && Date.parse(last.updated_at),
  };
}
