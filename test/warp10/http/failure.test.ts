import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { messageOf, redact } from "../../../src/warp10/http/failure.ts";

describe("the server's sentence", () => {
  it("is the MESSAGE cell, unescaped", () => {
    const page =
      "<th>MESSAGE:</th><td>Exception at &apos;1 =&gt;FAIL&lt;=&apos; &#233; &#xe9; &amp;lt;</td>";
    expect(messageOf(page)).toBe("Exception at '1 =>FAIL<=' é é &lt;");
  });

  it("is the text where there is no such cell", () => {
    expect(messageOf("<html><b>Bad</b> Gateway</html>")).toBe("Bad  Gateway");
    expect(messageOf("plain")).toBe("plain");
  });

  it("leaves alone what is no entity", () => {
    expect(messageOf("a &nosuch; &#99999999; &")).toBe("a &nosuch; &#99999999; &");
  });
});

const letters = fc.string({
  unit: fc.constantFrom("a", "b", "c", "d"),
  minLength: 8,
  maxLength: 30,
});

describe("redaction", () => {
  it("leaves no part of 8 characters of the secret", () => {
    fc.assert(
      fc.property(letters, fc.array(letters), (secret, parts) => {
        const shown = redact(parts.join(secret.slice(1, 9)), secret).replaceAll("[token]", "#");
        for (let i = 0; i + 8 <= secret.length; i += 1) {
          expect(shown).not.toContain(secret.slice(i, i + 8));
        }
      }),
    );
  });

  it("changes nothing where the secret is not", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(redact(text, "\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008")).toBe(text);
      }),
    );
  });

  it("hides a short secret whole", () => {
    expect(redact("the token READ is READY", "READ")).toBe("the token [token] is [token]Y");
    expect(redact("x", "")).toBe("x");
  });
});
