// A flow's way as a Mermaid picture: from where to where, when it is deleted, who says yes. Pure.
import type { Flow } from "../flow/flow.ts";
import { keepHotText } from "./words.ts";

/** The picture's text, without fence. */
export function wayOf(flow: Flow): string {
  const { source, archive, purge } = flow;
  const place = [archive.bucket, archive.prefix].filter((part) => part !== "").join("/");
  return [
    "flowchart LR",
    `  hot["Warp 10<br/>${plain(hostOf(source.warp10))}"]`,
    `  cold[("archive<br/>${plain(place)}")]`,
    `  hot -->|"${flow.period.every}s, ${keepHotText(flow)} old"| cold`,
    '  cold --> verify["verify<br/>two more reads"]',
    ...(purge.mode === "never" ? ['  verify --> stays["stays hot"]'] : purgeLines(flow)),
    "",
  ].join("\n");
}

function purgeLines({ purge }: Flow): string[] {
  const days = Math.round((purge.graceMs / 86_400_000) * 10) / 10;
  const wait = `  verify -->|"grace ${days} d"|`;
  const end = 'purge["deleted from hot<br/>by the gate"]';
  if (purge.mode === "automatic") return [`${wait} ${end}`];
  return [`${wait} approve{"approval by<br/>${purge.approveBy}"}`, `  approve --> ${end}`];
}

function hostOf(address: string): string {
  return URL.canParse(address) ? new URL(address).host : address;
}

/** Nothing that Mermaid or HTML would read. */
const plain = (text: string): string => text.replaceAll(/[^A-Za-z0-9 .:/_-]/g, " ").slice(0, 80);
