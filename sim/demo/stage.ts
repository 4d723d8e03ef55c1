// Where the demo's story is told: talk, commands and what they said, checks of what was claimed.
import { CellarmanError, EXIT } from "../../src/runtime/errors.ts";
import type { World } from "../world.ts";
import type { Size } from "./fill.ts";

/** Takes the story's text. */
export type Tell = (text: string) => void;

/** Something that the gate or a verb refused. */
export interface Refusal {
  readonly outcome: "wait" | "late";
  readonly batch: string;
  readonly why: string;
  /** The instant from which on it may go; null where time alone changes nothing. */
  readonly earliest: string | null;
}

/** A claim of the story, held against the stores. */
export interface Check {
  readonly claim: string;
  readonly ok: boolean;
  readonly seen: string;
}

/** The name of the demo's flow. */
export const FLOW = "demo";

/** One telling. */
export class Stage {
  readonly world: World;
  readonly size: Size;
  readonly refusals: Refusal[] = [];
  readonly checks: Check[] = [];
  private readonly tell: Tell;
  private readonly signal: AbortSignal | undefined;
  private chapter = 0;

  constructor(world: World, size: Size, tell: Tell, signal: AbortSignal | undefined) {
    this.world = world;
    this.size = size;
    this.tell = tell;
    this.signal = signal;
  }

  /** Begins a chapter. */
  title(text: string): void {
    this.chapter += 1;
    this.tell(`\n${this.chapter}. ${text}\n${"-".repeat(text.length + 3)}\n`);
  }

  /** Says a paragraph, each line as it stands. */
  say(...lines: readonly string[]): void {
    this.tell(`${lines.join("\n")}\n`);
  }

  /** Shows a text set in by four blanks, `most` lines of it. */
  show(text: string, most = 40): void {
    const lines = text.trimEnd().split("\n");
    const shown = lines.slice(0, most).map((line) => `    ${clipped(line)}`.trimEnd());
    if (lines.length > most) shown.push(`    ... (${lines.length - most} more lines)`);
    this.tell(`${shown.join("\n")}\n`);
  }

  /** Runs one command as a person would type it, and shows it all. Throws as `ask`. */
  async command(verb: string, ...rest: readonly string[]): Promise<string> {
    const stdout = await this.quietly(verb, ...rest);
    this.show(stdout);
    return stdout;
  }

  /** Runs one command, shows it, and leaves what it said to the caller. Throws as `ask`. */
  async quietly(verb: string, ...rest: readonly string[]): Promise<string> {
    this.tell(`\n  $ bin/cellarman ${[verb, ...rest].join(" ")}\n`);
    return this.ask(verb, ...rest);
  }

  /** Runs a command and shows nothing. Throws where it did not end well. */
  async ask(verb: string, ...rest: readonly string[]): Promise<string> {
    const { code, stdout } = await this.world.run(verb, ...rest);
    this.signal?.throwIfAborted();
    if (code === EXIT.done) return stdout;
    throw new CellarmanError("internal", `cellarman ${verb} ended with ${code}, expected 0`);
  }

  /** Moves every clock of the world, and says so. */
  moveClock(days: number, hours: number): void {
    this.world.moveClock((days * 24 + hours) * 3_600_000);
    const parts = [days > 0 ? `${days} days` : "", hours > 1 ? `${hours} hours` : ""];
    if (hours === 1) parts.push("an hour");
    const by = parts.filter(Boolean).join(" and ");
    this.say("", `(The demo moves all clocks by ${by}: it is now ${this.now()}.)`);
  }

  /** The world's time, to the minute. */
  now(): string {
    return `${new Date(this.world.now()).toISOString().slice(0, 16).replace("T", " ")} UTC`;
  }

  /** Notes whether a claim is true, and says so. */
  check(claim: string, ok: boolean, seen: string): void {
    this.checks.push({ claim, ok, seen });
    this.say(`  ${ok ? "yes" : "NO "}  ${claim}: ${seen}`);
  }
}

/** Characters of a line that are shown. */
const LINE_CHARS = 112;

const clipped = (line: string): string =>
  line.length <= LINE_CHARS ? line : `${line.slice(0, LINE_CHARS - 4)} ...`;

/** A count with its thousands apart: `1,385,662`. */
export const count = (n: number): string => n.toLocaleString("en-GB");
