// How Parquet bytes that are not what this project writes are refused.
import { CellarmanError } from "../../runtime/errors.ts";

/** An object that does not read, as an error "unreadable". */
export function unreadableObject(reason: string): CellarmanError {
  return new CellarmanError("unreadable", `the Parquet object does not read: ${reason}`, {
    hint: "Its bytes are damaged, or something else wrote it.",
  });
}

/** Throws "unreadable" unless `holds`. */
export function expect(holds: boolean, reason: string): asserts holds {
  if (!holds) throw unreadableObject(reason);
}
