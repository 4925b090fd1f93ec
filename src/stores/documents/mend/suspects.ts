import type { EntrySink } from "../../../receipts/types.ts";
import type { HeldFolder } from "../held.ts";
import { requestOf } from "../looks/held-documents.ts";
import { missingFiles } from "../looks/missing-files.ts";
import { blindSpecs } from "../looks/obstacles.ts";
import { gather } from "../survey/gather.ts";
import { isEmptied } from "../survey/lines.ts";
import { REPAIR } from "../findings.ts";
import type { LackingCollection, MissingFile, SuspectFile } from "./types.ts";

/** What a look at a whole folder has shown. */
export interface Suspects {
  readonly suspects: readonly SuspectFile[];
  readonly missing: readonly MissingFile[];
  readonly lacking: readonly LackingCollection[];
}

/** Finds the files that a repair may help: by the same findings that an audit and a scan have. */
export async function findSuspects(
  folder: HeldFolder,
  back: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<Suspects> {
  const keys = new Map<number, Set<string>>();
  const blind = blindSpecs(folder);
  const entries = folder.live.specs.map(({ name }, at): EntrySink => {
    if (!back.has(name) || blind.has(at)) return { add: () => {} };
    const found = new Set<string>();
    keys.set(at, found);
    return keySink(found);
  });
  const wanted = { faults: true, patterns: true, entries: back.size > 0 ? "exact" : null } as const;
  const gathered = await gather(requestOf(folder, wanted), { entries }, signal);
  const named = new Set(
    gathered.observations
      .filter(({ remedies }) => remedies.some((each) => REPAIR.includes(each)))
      .flatMap(({ location }) => location.file ?? []),
  );
  const suspects = folder.documents.flatMap((file): readonly SuspectFile[] => {
    const { trouble = null, unreadable = 0 } = gathered.files.get(file.number) ?? {};
    const isBad = trouble !== null || isEmptied(folder.live.specs[file.collection], file);
    // Lines may be none, but a copy may have some.
    if (!isBad && file.size > 0 && unreadable === 0 && !named.has(file.name)) return [];
    return [{ ...file, isSound: !isBad }];
  });
  const numbers = new Set(suspects.map(({ number }) => number));
  return {
    suspects,
    missing: missingFiles(folder),
    lacking: [...keys].map(([collection, found]) => ({
      collection,
      keys: found,
      files: folder.documents.filter(
        (file) => file.collection === collection && !numbers.has(file.number),
      ),
    })),
  };
}

function keySink(found: Set<string>): EntrySink {
  return {
    add: (key, start, end) => void found.add(Buffer.from(key.subarray(start, end)).toString("hex")),
  };
}
