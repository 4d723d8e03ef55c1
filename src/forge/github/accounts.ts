// Accounts as GitHub gives them.
import type { Account } from "../forge.ts";

/** Of type `User`: bots and apps never count as people, whatever they are called. */
export function accountOf(
  user: { readonly login?: string; readonly type?: string } | null | undefined,
): Account | null {
  if (user?.login === undefined) return null;
  return { login: user.login, isHuman: user.type === "User" };
}
