import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAddress, parseStoreAddress, parseWarp10Address } from "../../src/flow/address.ts";

describe("parseAddress", () => {
  it.each([
    ["https://a.example.net", "https://a.example.net"],
    ["https://A.Example.net:443/", "https://a.example.net"],
    ["https://a.example.net:8443/x//", "https://a.example.net:8443/x"],
    ["http://localhost:8080", "http://localhost:8080"],
    ["http://127.0.0.1:8080/", "http://127.0.0.1:8080"],
    ["http://[::1]:8080", "http://[::1]:8080"],
    ["http://warp10.localhost", "http://warp10.localhost"],
    ["https://10.0.0.5", "https://10.0.0.5"],
    ["https://exämple.net", "https://xn--exmple-cua.net"],
  ])("%s → %s", (text, address) => {
    expect(parseAddress(text)).toEqual({ address });
  });

  it.each([
    ["http://127.0.0.1.example.net", /https/],
    ["http://10.0.0.5", /https/],
    ["http://0x7f000001.example", /https/],
    ["https://u:p@a.example.net", /user name/],
    ["https://a.example.net/?x=1", /query/],
    ["https://a.example.net/#x", /fragment/],
    ["https://a.example.net/a/../b", /\.\./],
    ["https://a.example.net/%2e%2e/b", /percent/],
    ["https://a.example.net\\b", /backslash/],
    ["https://169.254.169.254", /link-local/],
    ["https://[fe80::1]", /link-local/],
    ["https://[fe8::1", /not an address/],
    [`https://a.example.net/${"x".repeat(500)}`, /500/],
    ["file:///etc/passwd", /https/],
    ["javascript:alert(1)", /https/],
    ["", /https/],
  ])("refuses %j", (text, reason) => {
    const result = parseAddress(text);
    expect("reason" in result && result.reason).toMatch(reason);
  });

  it("normalises what it has normalised to the same", () => {
    fc.assert(
      fc.property(fc.webUrl({ validSchemes: ["https"], withQueryParameters: false }), (text) => {
        const first = parseAddress(text);
        if (!("address" in first)) return;
        expect(parseAddress(first.address)).toEqual(first);
        expect(first.address).not.toMatch(/\/$/);
      }),
      { numRuns: 100 },
    );
  });
});

describe("addresses with a place", () => {
  it("keeps a Warp 10's path, without the API's", () => {
    expect(parseWarp10Address("https://a.example.net/w10/")).toEqual({
      address: "https://a.example.net/w10",
    });
    for (const path of ["/api", "/api/v0", "/w10/api/v0/exec"]) {
      expect(parseWarp10Address(`https://a.example.net${path}`)).toHaveProperty("reason");
    }
  });

  it("takes no path for a store", () => {
    expect(parseStoreAddress("https://s.example.net/")).toEqual({
      address: "https://s.example.net",
    });
    expect(parseStoreAddress("https://s.example.net/bucket")).toHaveProperty("reason");
  });
});
