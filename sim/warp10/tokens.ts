// Tokens by their text: who may read, write and delete what (facts warp10 §6).
import { compileSelector, parseSelector } from "./selector.ts";
import type { Selector, SelectorText } from "./selector.ts";
import { JavaError } from "./values.ts";

/** One token as TOKENGEN takes it. */
export interface TokenSpec {
  readonly about?: string;
  readonly type: "READ" | "WRITE";
  readonly application?: string;
  readonly owner?: string;
  readonly producer?: string;
  readonly owners?: readonly string[];
  readonly producers?: readonly string[];
  readonly applications?: readonly string[];
  /** Milliseconds since the epoch. */
  readonly issuance?: number;
  readonly ttl?: number;
  readonly expiry?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** Tokens by name; a token's name is its text. */
export type TokenSpecs = Readonly<Record<string, TokenSpec>>;

/** A token that was found and has not expired. */
export interface Token {
  readonly spec: TokenSpec;
  readonly attributes: Readonly<Record<string, string>>;
  /** Whether `.producer` and `.owner` are shown. */
  readonly exposed: boolean;
}

/** The tokens that one server knows. */
export class Tokens {
  private readonly specs: Map<string, TokenSpec>;
  private readonly now: () => number;

  constructor(specs: TokenSpecs, now: () => number) {
    this.specs = new Map(Object.entries(specs));
    this.now = now;
  }

  /** Adds or replaces a token. */
  set(text: string, spec: TokenSpec): void {
    this.specs.set(text, spec);
  }

  has(text: string): boolean {
    return this.specs.has(text);
  }

  /** Throws a JavaError `Invalid token.` or `Token Expired.`. */
  read(text: string): Token {
    return this.token(text, "READ");
  }

  /** Throws a JavaError `Invalid token.` or `Token Expired.`. */
  write(text: string): Token {
    return this.token(text, "WRITE");
  }

  /** When a token ends, ms since the epoch. */
  static expiryOf(spec: TokenSpec): number {
    return spec.expiry ?? (spec.issuance ?? 0) + (spec.ttl ?? 4_000_000_000_000);
  }

  private token(text: string, type: "READ" | "WRITE"): Token {
    const spec = this.specs.get(text);
    if (spec === undefined || spec.type !== type) throw new JavaError("Invalid token.");
    if (Tokens.expiryOf(spec) < this.now()) throw new JavaError("Token Expired.");
    const attributes = spec.attributes ?? {};
    return { spec, attributes, exposed: attributes[".expose"] !== undefined };
  }
}

/** `=x` for one, `~^(x|y)$` for several, nothing for none. */
function oneOf(values: readonly string[], quote: (text: string) => string): string | undefined {
  if (values.length === 0) return undefined;
  return values.length === 1 ? `=${values[0]}` : `~^(${values.map(quote).join("|")})$`;
}

/**
 * Puts a read token's owners, producers, applications and labels into a selector (they replace what
 * it says).
 */
export function narrowToReader(selector: SelectorText, token: Token): void {
  const { owners = [], producers = [], applications = [], labels = {} } = token.spec;
  for (const name of [".producer", ".owner", ".app"]) selector.labels.delete(name);
  for (const [name, value] of Object.entries(labels)) {
    if (![".producer", ".owner", ".app"].includes(name)) selector.labels.set(name, value);
  }
  const put = (name: string, text: string | undefined): void => {
    if (text !== undefined) selector.labels.set(name, text);
  };
  put(
    ".app",
    oneOf(applications, (app) => `\\Q${app}\\E`),
  );
  put(
    ".owner",
    oneOf(owners, (owner) => owner),
  );
  put(
    ".producer",
    oneOf(producers, (producer) => producer),
  );
}

/**
 * Puts a write token's owner, application and labels into a delete's selector; the producer stays
 * free.
 */
export function narrowToDeleter(selector: SelectorText, token: Token): void {
  const { owner, application, labels = {} } = token.spec;
  for (const [name, value] of Object.entries(labels)) {
    if (![".producer", ".owner", ".app"].includes(name)) selector.labels.set(name, `=${value}`);
  }
  selector.labels.set(".owner", `=${owner ?? ""}`);
  if (application !== undefined) selector.labels.set(".app", `=${application}`);
}

/** The selector of a token's `.scope`, which listings and deletes are cut down to. */
export function scopeOf(token: Token): Selector | undefined {
  const scope = token.attributes[".scope"];
  const parsed = scope === undefined ? undefined : parseSelector(scope);
  return parsed === undefined ? undefined : compileSelector(parsed);
}
