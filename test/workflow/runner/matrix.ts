// The legs of a matrix.
// Source: https://docs.github.com/en/actions/how-tos/write-workflows/choose-what-workflows-do/run-job-variations
import type { Json } from "./expressions.ts";

/** Jobs of one matrix (facts github-actions §1.1). */
const MATRIX_MAX = 256;

export const isMapping = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The legs of a matrix: only `include` is understood, for only that is used. */
export function matrixOf(matrix: Json | undefined): Json[] {
  if (matrix === undefined) return [null];
  const legs = isMapping(matrix) ? matrix["include"] : undefined;
  if (!Array.isArray(legs) || !isMapping(matrix) || Object.keys(matrix).length !== 1) {
    throw new Error("this runner knows matrices with include alone");
  }
  if (legs.length === 0) throw new Error("Matrix must define at least one vector");
  if (legs.length > MATRIX_MAX) throw new Error(`Strategy produced more than ${MATRIX_MAX}`);
  return [...legs] as Json[];
}
