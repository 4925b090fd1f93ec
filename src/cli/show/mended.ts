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

/** So many values of a document that says something of others. */
const VALUES_SHOWN = 5;

/** Each of them is a change of its own. */
function allOf(reasons: readonly string[]): string {
  const more = reasons.length - VALUES_SHOWN;
  const shown = reasons.slice(0, VALUES_SHOWN).join("; ");
  return more > 0 ? `${shown}; and ${counted(more, "more value")}` : shown;
}

function documentLine({ collection, key, path, verdict, reasons }: MendedDocument): string {
  const why = verdict === "derived" ? allOf(reasons) : reasons.at(-1);
  const name = `${collection} ${keyText(key)} in ${path}`;
  return `  ${safe(name)}: ${verdict}${why === undefined ? "" : ` (${safe(why)})`}`;
}
