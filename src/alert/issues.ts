// The port to the issues of the repository, and which of them is a flow's. Found by label and
// hidden marker, never by title.
import type { Previous } from "./decide.ts";
import { readMarker, readParts } from "./marker.ts";

/** The label that every issue of ours carries; without it none is found again. */
export const LABEL = "cellarman";

/** An issue as it was listed. */
export interface ListedIssue {
  readonly number: number;
  readonly url: string;
  readonly isOpen: boolean;
  readonly body: string;
  /**
   * Whether a program or somebody with rights in the repository wrote it: in a public repository
   * anybody can write a marker, and an issue form can set a label.
   */
  readonly isTrusted: boolean;
}

/** What a new issue is made of. */
export interface NewIssue {
  readonly title: string;
  readonly body: string;
  readonly labels: readonly string[];
  readonly assignees: readonly string[];
}

/** What is changed of an issue. */
export interface IssueEdit {
  readonly body: string;
  readonly state: "open" | "closed";
  readonly reason?: "completed" | "reopened" | "not_planned";
}

/** Issues of the repository. Every method throws a CellarmanError where GitHub does not do it. */
export interface Issues {
  /** Every issue that carries LABEL, open or closed. */
  list(): Promise<readonly ListedIssue[]>;
  /** Opens one; `dropped` says what GitHub left out, in words; empty: nothing. */
  open(issue: NewIssue): Promise<{ number: number; url: string; dropped: string }>;
  edit(number: number, edit: IssueEdit): Promise<void>;
  comment(number: number, text: string): Promise<void>;
}

/** A flow's issue, and others that say they are: two runs may have opened one each. */
export interface FlowIssues {
  readonly issue: Previous;
  readonly doubles: readonly ListedIssue[];
}

/** The flows' issues by flow: of several the oldest. */
export function issuesByFlow(listed: readonly ListedIssue[]): Map<string, FlowIssues> {
  const found = new Map<string, FlowIssues>();
  for (const one of listed.toSorted((a, b) => a.number - b.number)) {
    const marker = one.isTrusted ? readMarker(one.body) : undefined;
    if (!marker) continue;
    const known = found.get(marker.flow);
    if (known) {
      const doubles = one.isOpen ? [...known.doubles, one] : known.doubles;
      found.set(marker.flow, { ...known, doubles });
      continue;
    }
    const { number, url, isOpen, body } = one;
    const issue = { number, url, isOpen, marker, parts: readParts(body) };
    found.set(marker.flow, { issue, doubles: [] });
  }
  return found;
}
