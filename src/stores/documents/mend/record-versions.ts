import { sha256Hex } from "../../../core/hash.ts";
import type { JsonPiece } from "../json/piece.ts";
import { readRecords, type RecordForm } from "../json/records.ts";
import type { RecordRepair } from "../repair/records.ts";
import { isGood, type Judge } from "./judge.ts";
import type { RangeFile } from "./read-range.ts";

/** A record of a good copy. */
export interface RecordVersion {
  readonly id: string | null;
  /** The key that it has in its file. */
  readonly name: string | null;
  /** With its key, where it has one of its own in the file. */
  readonly text: Uint8Array;
  /** Its value alone. */
  readonly bytes: Uint8Array;
  readonly isStrict: boolean;
}

/** A place of which nobody can tell any more which records it held. */
export interface UnknownPlace {
  /** The sound records around it; null at the beginning and at the end of the file. */
  readonly before: RecordRepair | null;
  readonly behind: RecordRepair | null;
}

/** What is sought in a copy. */
export interface RecordQuestion {
  readonly judge: Judge;
  readonly form: RecordForm;
  /** Canonical keys in hex digits. */
  readonly ids: ReadonlySet<string>;
  readonly places: readonly UnknownPlace[];
}

/** What a copy has of it. */
export interface RecordVersions {
  readonly byId: ReadonlyMap<string, RecordVersion>;
  /**
   * By place: the records between the same neighbours, or to the end of the copy where it does not have
   * the one behind; null where these are not there.
   */
  readonly between: readonly (readonly RecordVersion[] | null)[];
}

/** Records that a place may have held. */
const BETWEEN_MAX = 10_000;

interface Collecting {
  readonly behind: string | null;
  readonly found: RecordVersion[];
  state: "waiting" | "open" | "closed" | "failed";
}

/**
 * Goes once through a copy of a file of records: looks for records by their keys, and for those that
 * stand between two that are known.
 */
export async function recordVersions(
  file: RangeFile,
  { judge, form, ids, places }: RecordQuestion,
  signal: AbortSignal,
): Promise<RecordVersions> {
  const byId = new Map<string, RecordVersion>();
  const waiting = new Map<string | null, Collecting[]>();
  const collecting = places.map(({ before, behind }): Collecting => {
    const each: Collecting = { behind: identityOf(judge, behind), found: [], state: "waiting" };
    const from = identityOf(judge, before);
    waiting.set(from, [...(waiting.get(from) ?? []), each]);
    return each;
  });
  let open = collecting.filter((each) => waiting.get(null)?.includes(each) === true);
  for (const each of open) each.state = "open";
  for await (const piece of readRecords(file.portions(), form, signal)) {
    if (piece.kind === "cut") continue;
    const identity = piece.kind === "record" ? identityOf(judge, piece) : null;
    const version = piece.kind === "record" ? versionFrom(judge, piece, file) : null;
    const { id } = version ?? { id: null };
    if (version !== null && id !== null && ids.has(id)) byId.set(id, version);
    open = open.filter((each) => take(each, identity, version));
    for (const each of identity === null ? [] : (waiting.get(identity) ?? [])) {
      if (each.state !== "waiting") continue;
      each.state = "open";
      open.push(each);
    }
  }
  for (const each of open) if (each.behind === null || isKeyed(each)) each.state = "closed";
  const between = collecting.map(({ state, found }) => (state === "closed" ? found : null));
  return { byId, between };
}

/** The one behind is newer than the copy: by their keys, those that still stand there are told from it. */
function isKeyed({ found }: Collecting): boolean {
  return found.every(({ id }) => id !== null);
}

/** Whether more is to come. */
function take(each: Collecting, identity: string | null, version: RecordVersion | null): boolean {
  if (identity !== null && identity === each.behind) {
    each.state = "closed";
    return false;
  }
  if (version === null || each.found.length >= BETWEEN_MAX) {
    each.state = "failed"; // damaged there as well
    return false;
  }
  each.found.push(version);
  return true;
}

/** By its key, else by its bytes; null for none. */
function identityOf(
  judge: Judge,
  record: Pick<RecordRepair, "bytes" | "key"> | JsonPiece | null,
): string | null {
  if (record === null || record.bytes === null) return null;
  const judged = judge.document(record.bytes, { name: record.key });
  return judged?.id ?? `bytes:${sha256Hex(record.bytes)}`;
}

function versionFrom(judge: Judge, piece: JsonPiece, file: RangeFile): RecordVersion | null {
  const judged = judge.document(piece.bytes, { name: piece.key });
  if (!isGood(judged, null)) return null;
  const text = piece.from === piece.at ? piece.bytes : file.read(piece.from, piece.end);
  return {
    id: judged.id,
    name: piece.key,
    text,
    bytes: piece.bytes,
    isStrict: judged.breaches === 0,
  };
}

/** Which of these keys the sound records of a file have. */
export async function idsIn(
  file: RangeFile,
  { judge, form, ids }: Pick<RecordQuestion, "judge" | "form" | "ids">,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for await (const piece of readRecords(file.portions(), form, signal)) {
    if (piece.kind !== "record") continue;
    const id = judge.document(piece.bytes, { name: piece.key })?.id ?? null;
    if (id !== null && ids.has(id)) found.add(id);
  }
  return found;
}
