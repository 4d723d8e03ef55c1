// What is not proven of a flow whose HFiles nothing reads back. Pure.
import type { Flow } from "../flow/flow.ts";

/** Whether the flow's files cannot be read back: `proof: dump-digest`. */
export const isUnproven = ({ export: form }: Flow): boolean =>
  form.format === "hfile" && form.store === null;

/** The sentence that status and report have for it. */
export const UNPROVEN =
  "no store reads the HFiles back: what was dumped is known, not what the files hold; " +
  "nothing is ever purged";
