import { keyText } from "../../core/text.ts";
import type { Mended, MendedDocument } from "../../stores/mended.ts";
import { counted, safe } from "./text.ts";

/** So many documents stand on a screen; the run's document has more, its file all. */
const SHOWN = 20;

/** What became of documents, one by one, or what would. */
export function mendedLines(mended: Mended | undefined): readonly string[] {
  if (mended === undefined) return [];
  const { documents, total, newer, file } = mended;
  const { unchanged, ...changed } = total;
  const told = Object.values(changed).reduce((sum, each) => sum + each, 0);
  return [
    ...documents.slice(0, SHOWN).map(documentLine),
    ...(told > SHOWN ? [`  and ${counted(told - SHOWN, "more document")}`] : []),
    `${counted(unchanged, "document")} unchanged`,
    ...(newer === 0 ? [] : [`${counted(newer, "file")} written to meanwhile, and left alone`]),
    ...(file === null ? [] : [`all of it: ${safe(file)}`]),
  ];
}

function documentLine({ collection, key, path, verdict, reasons }: MendedDocument): string {
  const why = reasons.at(-1);
  const name = `${collection} ${keyText(key)} in ${path}`;
  return `  ${safe(name)}: ${verdict}${why === undefined ? "" : ` (${safe(why)})`}`;
}
