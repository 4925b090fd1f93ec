import type { FindingKind } from "../../src/checks/types.ts";
import type { Verdict } from "./judge.ts";

const LOOKS: readonly FindingKind[] = ["audit", "integrity", "scan"];

/** Which look has seen which damage, and how it ended: a table in Markdown, a row for each kind. */
export function tableOf(verdicts: readonly Verdict[]): string {
  const kinds = Map.groupBy(verdicts, ({ stand }) => titleOf(stand.trial.damage.name));
  const head = "| damage | tried | audit | integrity | scan | no look | ended |";
  const rows = [...kinds].map(([name, tried]) => `| ${[name, ...cellsOf(tried)].join(" | ")} |`);
  return [head, "| --- | --- | --- | --- | --- | --- | --- |", ...rows].join("\n");
}

function cellsOf(tried: readonly Verdict[]): readonly string[] {
  const seen = LOOKS.map((look) => tried.filter(({ seenBy }) => seenBy.has(look)).length);
  const unseen = tried.filter(({ seenBy }) => seenBy.size === 0).length;
  const endings = Map.groupBy(tried, ({ ending }) => ending);
  const ended = [...endings].map(([ending, { length }]) => `${length} ${ending}`);
  return [...[tried.length, ...seen, unseen].map(String), ended.toSorted().join(", ")];
}

/** The header's hundred bytes make one row. */
function titleOf(name: string): string {
  return name.startsWith("header byte ") ? "each byte of the header" : name;
}
