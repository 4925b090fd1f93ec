import type { Receipt } from "../../receipts/types.ts";
import type { Style } from "./style.ts";
import { count, moment, safe, table } from "./text.ts";

/** What a store held: its digest, then a line for each collection. */
export function receiptLines(receipt: Receipt, style: Style): readonly string[] {
  const rows = Object.entries(receipt.collections).map(([name, seal]) => [
    `  ${safe(name)}`,
    count(seal.count),
    style.paint("faint", seal.digest.slice(0, 19)),
  ]);
  return [
    `${style.paint("strong", safe(receipt.store))} at ${moment(receipt.at)}`,
    receipt.digest,
    ...(receipt.portable === null ? [] : [`portable ${receipt.portable.digest}`]),
    ...table(rows, [1]),
    ...receipt.references
      .filter(({ orphans }) => orphans !== 0)
      .map(({ from, to, orphans }) => {
        const found = orphans === null ? "could not be checked" : `${count(orphans)} point nowhere`;
        return `  ${safe(from)} -> ${safe(to)}: ${found}`;
      }),
  ];
}
