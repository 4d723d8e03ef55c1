// The linter's rules that are this house's own (docs/design.md §6); .oxlintrc.json says where they
// hold.
import { runtimeOnly } from "./ambient.ts";
import { maxColumns } from "./columns.ts";
import { layers, noReExport, warrantFromGate } from "./imports.ts";
import { noTopLevelWork } from "./import-time.ts";

export default {
  meta: { name: "house" },
  rules: {
    layers,
    "max-columns": maxColumns,
    "no-re-export": noReExport,
    "no-top-level-work": noTopLevelWork,
    "runtime-only": runtimeOnly,
    "warrant-from-gate": warrantFromGate,
  },
};
