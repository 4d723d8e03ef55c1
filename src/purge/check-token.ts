// Whether the read token shows every point of what it lists. One with .start or .end reads,
// verifies and counts the same part of the points every time, and a gate that saw that part would
// delete the rest (facts warp10 §1.2, trap 7).
import { hidingPoints } from "../report/token-attributes.ts";
import { type CheckLine, type GatePorts, no, yes } from "./check.ts";

/** The name of this check, as a gate's line has it. */
export const TOKEN_CHECK = "read token shows every point";

/** Asks TOKENINFO, the only one who can tell: what is not told means no. */
export async function checkReadToken(ports: GatePorts): Promise<CheckLine> {
  const needed = "no attribute that hides points";
  const { attributes } = await ports.hot.tokenFacts();
  if (attributes === undefined) {
    return no("wait", TOKEN_CHECK, "the server does not tell its attributes", needed, {
      next: "give the read token the attribute .cap:tokeninfo.attr",
    });
  }
  const hiding = hidingPoints(attributes);
  if (hiding.length === 0) return yes(TOKEN_CHECK, "none", needed);
  return no("wait", TOKEN_CHECK, hiding.join(", "), needed, {
    next: "use a read token without them, and replan: the archive lacks what they hid",
  });
}
