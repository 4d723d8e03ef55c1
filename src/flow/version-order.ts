// Versions of this tool, compared.

/** Whether one version of three numbers comes before another. */
export function isOlder(version: string, than: string): boolean {
  const [one, other] = [version, than].map((text) => text.split(".").map(Number));
  for (const [i, part] of (other ?? []).entries()) {
    const mine = one?.[i] ?? 0;
    if (mine !== part) return mine < part;
  }
  return false;
}
