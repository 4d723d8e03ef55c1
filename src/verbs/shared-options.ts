// Options that several verbs have: their placeholders and what `--help` says of them.

export const period = { value: "PERIOD", help: "only this period, e.g. 2025-11" };
export const shard = { value: "I/N", help: "only the I-th of N parts of the work" };
export const firstPurge = {
  value: "BATCHES",
  help: "how many batches a flow's first purge ever may be (default 1)",
};
export const leg = {
  value: "PLAN/LEG",
  help: "exactly the batches of a leg that plan --legs printed",
};
export const deadline = {
  value: "DURATION",
  help: "begin no batch that would end later (default: the leg's time)",
};
export const reason = { value: "TEXT", help: "why; others will read it" };
export const gcWait = {
  value: "DURATION",
  help: "the store's collection wait, at least PT4H (default P1D)",
};

export const purgeElsewhere = {
  help: "no job of CI purges: what waits for a purge becomes overdue",
};
