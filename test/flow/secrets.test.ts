// A secret that was written into a flow by mistake must not come out again in a problem.
import { describe, expect, it } from "vitest";
import { problemsJson, renderProblems } from "../../src/flow/problems.ts";
import { edited, GOOD, load } from "./flows.ts";

const SECRET = "hvs0CAESIJlU02LQZqTUJ6l0Zz9TfEwxN";

function outputOf(text: string): string {
  const result = load(text);
  if ("flow" in result) throw new Error("no problem");
  return renderProblems(result.problems) + problemsJson(result.problems);
}

const mistakes = [
  ...["read-token", "delete-token", "probe-token"].flatMap((key) =>
    [SECRET, `{ env: ${SECRET} }`, `{ value: ${SECRET} }`, `[${SECRET}]`, `{ ${SECRET}: }`].map(
      (value) => edited("  select:", `  ${key}: ${value}\n  select:`),
    ),
  ),
  edited("  select:", `  token: ${SECRET}\n  select:`),
  edited("  select:", `  select: ${SECRET}\n  x:`),
  edited("https://warp10.example.net", `https://user:${SECRET}@warp10.example.net`),
  edited("https://warp10.example.net", `https://warp10.example.net?token=${SECRET}`),
  edited("https://warp10.example.net", SECRET),
  edited("  bucket", `  secret-access-key: ${SECRET}\n  bucket`),
  edited("  bucket", `  secret: ${SECRET}\n  bucket`),
  edited("metrics-cold", `${SECRET}X`),
  edited("flow: metrics", `flow: ${SECRET}`),
  `${GOOD}${SECRET}: 1\n`,
  `${GOOD}x: *${SECRET}\n`,
  `${GOOD}x: !${SECRET} 1\n`,
  `${GOOD}x: &${SECRET} 1\n`,
  `${GOOD}x: "\\q${SECRET}"\n`,
  `${GOOD}x: @${SECRET}\n`,
  `${GOOD}  ${SECRET}\n`,
  `${GOOD}x: }${SECRET}\n`,
  `${GOOD}x: [${SECRET}\n`,
  `${SECRET}`,
  `- ${SECRET}`,
];

describe("problems", () => {
  it.each(mistakes.map((text, i) => [i, text]))("do not echo a secret (%i)", (_, text) => {
    expect(outputOf(String(text))).not.toContain(SECRET.slice(0, 12));
  });

  it("say what to do instead", () => {
    expect(outputOf(edited("  select:", `  read-token: ${SECRET}\n  select:`))).toContain(
      "f.yaml:5:15: source.read-token holds a value (a secret must never stand in a flow: put it",
    );
  });
});
