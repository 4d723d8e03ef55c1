// Bodies that are tampered with line by line: points thinned out, listings with lines missing or
// added.
import type { Warp10Fault } from "../faults.ts";

/** A transformation of a body in pieces; `end` gives what is left. */
export interface LineFilter {
  push(bytes: Buffer): Buffer;
  end(): Buffer;
}

/** The filter of a fault that tampers with lines; undefined for the others. */
export function lineFilterOf(fault: Warp10Fault): LineFilter | undefined {
  const count = fault.count ?? 1;
  switch (fault.kind) {
    case "thin": {
      const every = fault.every ?? 10;
      // A heading line stays, or the lines after it would belong to another series.
      return filterOf((line, index) => index % every !== every - 1 || !line.startsWith("="));
    }
    case "missingLines":
      return filterOf((_line, index) => index >= count);
    case "shortList":
      return filterOf((_line, index) => index < count);
    case "extraLines": {
      return filterOf(() => true, fault.lines);
    }
    default:
      return undefined;
  }
}

function filterOf(
  keeps: (line: string, index: number) => boolean,
  added: readonly string[] = [],
): LineFilter {
  let rest = "";
  let lineEnd = "\n";
  let index = 0;
  return {
    push(bytes) {
      const lines = (rest + bytes.toString("latin1")).split("\n");
      rest = lines.pop() ?? "";
      if (lines[0]?.endsWith("\r") === true) lineEnd = "\r\n";
      const kept = lines.filter((line) => keeps(line, index++)).map((line) => `${line}\n`);
      return Buffer.from(kept.join(""), "latin1");
    },
    end() {
      const last = rest !== "" && keeps(rest, index) ? rest : "";
      return Buffer.from(last + added.map((line) => line + lineEnd).join(""), "latin1");
    },
  };
}
