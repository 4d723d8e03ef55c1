// Bodies that are tampered with: line by line (points thinned out, listings with lines missing or
// added), or in one byte.
import type { Warp10Fault } from "../faults.ts";

/** A transformation of a body in pieces; `end` gives what is left. */
export interface BodyFilter {
  push(bytes: Buffer): Buffer;
  end(): Buffer;
}

/** The filter of a fault that tampers with a body; undefined for the others. */
export function bodyFilterOf(fault: Warp10Fault): BodyFilter | undefined {
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
    case "wrongBytes":
      return wrongByteAt(fault.bytes ?? 0);
    default:
      return undefined;
  }
}

function wrongByteAt(position: number): BodyFilter {
  let passed = 0;
  return {
    push(bytes) {
      const changed = Buffer.from(bytes);
      const at = position - passed;
      if (at >= 0 && at < bytes.length) changed.writeUInt8(changed.readUInt8(at) ^ 0xff, at);
      passed += bytes.length;
      return changed;
    },
    end: () => Buffer.alloc(0),
  };
}

function filterOf(
  keeps: (line: string, index: number) => boolean,
  added: readonly string[] = [],
): BodyFilter {
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
