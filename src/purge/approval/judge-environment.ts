// Whether a CI environment guards what it is trusted with. Pure; what the forge does not say is no.
import type { EnvironmentRules, RunApproval } from "../../forge/forge.ts";

/** Why an environment's yes does not count; undefined: it does. */
export function unfitToApprove(
  name: string,
  rules: EnvironmentRules | undefined,
): string | undefined {
  if (!rules) return `GitHub shows no environment ${name}`;
  if (!rules.demandsReview) return `${name} has no required reviewers`;
  if (!rules.preventsSelfReview) return `${name} lets who started a run approve it`;
  if (rules.adminsBypass === null) {
    return `GitHub does not say whether administrators bypass ${name}`;
  }
  return rules.adminsBypass ? `administrators may bypass the protection of ${name}` : undefined;
}

/** Why an environment is no place for the delete token; undefined: it is. */
export function unfitToDelete(
  name: string,
  rules: EnvironmentRules,
  branch: string,
): string | undefined {
  const { branches } = rules;
  if (branches?.length === 1 && branches[0] === branch) return undefined;
  const open = branches === null ? "other branches" : branches.join(", ") || "no branch";
  return `${name} is open to ${open}, not to ${branch} alone`;
}

/** The people who said yes to a run's environment. */
export function approversOf(approvals: readonly RunApproval[], environment: string): string[] {
  return approvals
    .filter((one) => one.approved && one.environments.includes(environment))
    .flatMap(({ by }) => (by?.isHuman === true ? by.login : []));
}
