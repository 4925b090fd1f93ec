import { lstatSync } from "node:fs";

import type { Json } from "../../../core/json.ts";
import { placeOf, type RawPath } from "../../files/raw-path.ts";
import { isGood, type Judge } from "./judge.ts";
import { RangeFile } from "./read-range.ts";
import type { SourceFolder } from "./types.ts";

/** A good version of a document. */
export interface Version {
  readonly bytes: Uint8Array;
  readonly source: SourceFolder;
  /** It breaks no rule. */
  readonly isStrict: boolean;
  /** As JSON shows it; null where it has none. */
  readonly key: Json | null;
}

/** The file of a source at a path; null where there is none. */
export function fileIn({ root }: SourceFolder, raw: RawPath): RangeFile | null {
  const place = placeOf(root, raw);
  try {
    const found = lstatSync(place);
    return found.isFile() ? new RangeFile(place, { start: 0, size: found.size }) : null;
  } catch {
    return null;
  }
}

/** What is looked for: the document of a file that has one. */
export interface VersionQuestion {
  readonly raw: RawPath;
  /** Canonical key that it must have; null: that is not known. */
  readonly id: string | null;
  readonly sources: readonly SourceFolder[];
  readonly isForgotten: (id: string) => boolean;
}

/**
 * The newest good version of a document with a file of its own: one that breaks no rule, or else the
 * newest sound one.
 */
export function versionOf(judge: Judge, question: VersionQuestion): Version | null {
  const { raw, id, sources, isForgotten } = question;
  let lenient: Version | null = null;
  for (const source of sources) {
    using file = fileIn(source, raw);
    if (file === null) continue;
    const bytes = file.read(0, file.size);
    const judged = judge.document(bytes, null);
    if (!isGood(judged, id) || (judged.id !== null && isForgotten(judged.id))) continue;
    const version = { bytes, source, isStrict: judged.breaches === 0, key: judged.key };
    if (version.isStrict) return version;
    lenient ??= version;
  }
  return lenient;
}
