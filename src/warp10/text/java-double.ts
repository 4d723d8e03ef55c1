// A double in the form of Java's Double.toString: always a point, an exponent below 10^-3 and from
// 10^7 on.

/** Magnitudes in this half-open range are printed without an exponent. */
const PLAIN = { from: 1e-3, below: 1e7 };

/**
 * The shortest decimal that reads back as `value`, in Java's form: `1.0`, `1.0E-5`,
 * `9.007199254740992E15`, `-0.0`, `NaN`, `-Infinity`. Where one digit would do, the second one is
 * the nearest (`4.9E-324`), as Java has it.
 */
export function javaDouble(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "Infinity" : "-Infinity";
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const magnitude = Math.abs(value);
  if (magnitude >= PLAIN.from && magnitude < PLAIN.below) {
    const text = String(value);
    return text.includes(".") ? text : `${text}.0`;
  }
  const [digits = "", exponent = ""] = exponential(value).split("e");
  return `${digits.includes(".") ? digits : `${digits}.0`}E${Number(exponent)}`;
}

function exponential(value: number): string {
  const shortest = value.toExponential();
  if (shortest.includes(".")) return shortest;
  const two = value.toExponential(1);
  return Number(two) === value ? two : shortest;
}
