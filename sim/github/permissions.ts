// Whether a token may make a call, by the same table that the program's hints come from.
import { OPERATIONS, type Permission } from "../../src/forge/github/operations.ts";
import type { Token, World } from "./world.ts";

/** GitHub lets `write` read as well; a pull request's conversation goes by either permission. */
export function mayCall(
  world: World,
  { permissions }: Token,
  route: string,
  params: Readonly<Record<string, string>>,
): boolean {
  const needed = OPERATIONS[route];
  if (permissions === "all" || needed === null || needed === undefined) return true;
  const isPull = world.issues.get(Number(params["issue_number"]))?.isPull === true;
  const also = isPull ? needed.replace("issues", "pull-requests") : needed;
  return [needed, also].some(
    (one) =>
      permissions.includes(one as Permission) ||
      permissions.includes(one.replace("read", "write") as Permission),
  );
}
