import type { SalvageDocument, SalvagedInput } from "../../app/salvage-document.ts";
import { mendedLines } from "./mended.ts";
import { lossLines } from "./run.ts";
import type { Style } from "./style.ts";
import { count, counted, safe, table } from "./text.ts";

const HEADS = ["", "recovered", "expected", "partial", "flagged", "lost"] as const;

/** What was got out, what was mended, what is lost, and whether the source is as it was. */
export function salvageLines(document: SalvageDocument, style: Style): readonly string[] {
  const { target, kept, store, amended, losses, wrong } = document;
  const rows = Object.entries(document.collections).map(([name, each]) => [
    safe(name),
    count(each.recovered),
    each.expected === null ? "-" : count(each.expected),
    count(each.partial),
    count(each.flagged),
    count(each.lost),
  ]);
  return [
    target === null
      ? style.paint("bad", `nothing of ${safe(store)} can be read`)
      : style.paint("strong", `${safe(store)} salvaged to ${safe(target)}`),
    ...table([[...HEADS], ...rows], [1, 2, 3, 4, 5]),
    ...mendedLines(amended?.mended),
    ...lossLines(losses, style),
    ...(wrong === 0
      ? []
      : [style.paint("warning", `a look at it still finds ${counted(wrong, "thing")} wrong`)]),
    ...inputLines(document.inputs, style),
    `what was mended, as it was and as it became: ${safe(kept)}`,
    `report: ${safe(document.reports.html)}`,
  ];
}

/** Nobody who reads wants to have changed what there is only one of. */
function inputLines(inputs: readonly SalvagedInput[], style: Style): readonly string[] {
  const changed = inputs.filter(
    ({ sha256Before, sha256After }) => sha256Before !== null && sha256Before !== sha256After,
  );
  const [first] = changed;
  if (first === undefined)
    return [`${counted(inputs.length, "file")} read, and none of them changed`];
  const others = changed.length > 1 ? ` and ${counted(changed.length - 1, "other")}` : "";
  return [
    style.paint(
      "warning",
      `somebody wrote meanwhile to ${safe(first.path)}${others}: salvage again`,
    ),
  ];
}
