import type { Observation } from "../../../core/finding.ts";
import { emptyInspection } from "../../inspection.ts";
import type { Inspection } from "../../types.ts";
import { Observations, observe } from "../findings.ts";
import type { HeldFolder } from "../held.ts";
import { gather } from "../survey/gather.ts";
import { isComplete, requestOf, type HeldDocuments } from "./held-documents.ts";

/** Is anything damaged, left over, or there twice? */
export async function scanFolder(
  { folder }: HeldDocuments,
  signal: AbortSignal,
): Promise<Inspection> {
  if (folder === null) return { ...emptyInspection, complete: false };
  const gathered = await gather(requestOf(folder, { patterns: true }), {}, signal);
  const found = new Observations();
  found.takeAll(gathered.observations, gathered.more);
  found.takeAll(leftovers(folder));
  found.takeAll(copies(folder));
  return {
    ...emptyInspection,
    observations: found.list(),
    complete: isComplete(folder),
    checked: folder.documents.length,
  };
}

/** Names that programs give to what they have not finished, or did not want to lose. */
const LEFTOVER =
  /(?:\.(?:tmp|temp|part|partial|draft|swp|swo|bak|orig|old|crdownload|salvor-draft)|~|\.tmp[-.\w]*)$|^(?:\.#|#|\.~lock|\.goutputstream-|\.nfs[0-9a-f])/i;

function leftovers({ files }: HeldFolder): readonly Observation[] {
  return files.flatMap(({ name, size }) => {
    if (!LEFTOVER.test(name.slice(name.lastIndexOf("/") + 1))) return [];
    const description = `${name} (${size} bytes) looks left over by a writer or an editor`;
    return [observe("documents.leftover", description, { file: name }, name)];
  });
}

/** Bytes below which equal files mean nothing: `{}` and `[]` are often there. */
const COPY_MIN = 3;

/** Files of one collection with the same bytes. */
function copies({ documents, live }: HeldFolder): readonly Observation[] {
  const first = new Map<string, string>();
  return documents.flatMap(({ name, size, sha256, collection }) => {
    if (size < COPY_MIN) return [];
    const content = `${collection} ${sha256}`;
    const other = first.get(content);
    if (other === undefined) {
      first.set(content, name);
      return [];
    }
    const table = live.specs[collection]?.name ?? "";
    const description = `${name} and ${other} hold the same document`;
    return [observe("documents.copy", description, { file: name, table }, sha256)];
  });
}
