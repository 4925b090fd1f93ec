import type { RecordForm } from "../json/records.ts";
import { repairRecords, type RecordRepair } from "../repair/records.ts";
import { blankLines } from "./blank-lines.ts";
import type { RangeFile } from "./read-range.ts";
import type { Separators } from "./separators.ts";

/** A part of a file of records that is not as it should be, between two records that are. */
export interface Stretch {
  /** Behind the record before, and where the one behind it begins. */
  readonly from: number;
  readonly to: number;
  /** Everything in it that is no sound record, in order; none where only a separator is wrong. */
  readonly repairs: readonly RecordRepair[];
  /** The sound records around it; null at the beginning and at the end of the file. */
  readonly before: RecordRepair | null;
  readonly behind: RecordRepair | null;
}

/** What reading a file for its stretches gives. */
export interface Stretches {
  readonly stretches: readonly Stretch[];
  /** Sound records outside of them. */
  readonly records: number;
  /** A separator as this file has them; null where it has none. */
  readonly separator: Uint8Array | null;
}

/** A file without lines may have had some. */
const EMPTIED: RecordRepair = {
  kind: "cut",
  index: null,
  key: null,
  from: 0,
  at: 0,
  end: 0,
  line: 1,
  verdict: "lost",
  bytes: null,
  edits: [],
  dropped: [],
  reasons: ["it is empty"],
};

/** A file with more places that have blank lines is written so. */
const BLANK_MAX = 1_000;

/** Reads all records of a file, and tells where it is not in order. */
export async function stretchesOf(
  file: RangeFile,
  form: RecordForm,
  separators: Separators,
  signal: AbortSignal,
): Promise<Stretches> {
  const stretches: Stretch[] = [];
  let repairs: RecordRepair[] = [];
  let before: RecordRepair | null = null;
  let records = 0;
  let separator: Uint8Array | null = null;
  let blank = 0;
  const look = (behind: RecordRepair | null): void => {
    if (form !== "jsonl" || blank > BLANK_MAX) return;
    repairs.push(...blankLines({ before: repairs.at(-1) ?? before, behind }, file));
  };
  const close = (behind: RecordRepair | null): void => {
    const [from, to] = [before?.end ?? 0, behind?.from ?? file.size];
    // Lines are told apart by what ends them, so that between two of them nothing can be wrong.
    const isSameLine = before !== null && behind?.line === before.line;
    const isAsked = form !== "jsonl" || isSameLine || separator === null;
    const gap = isAsked ? file.read(from, to) : null;
    const kind = before === null ? "begin" : behind === null ? "end" : "between";
    const isRight = gap === null || separators.isRight(kind, gap);
    look(behind);
    const isBlankOnly = repairs.length > 0 && repairs.every(({ at, end }) => at === end);
    if (isBlankOnly) blank += 1;
    if (repairs.length > 0 || !isRight) stretches.push({ from, to, repairs, before, behind });
    else if (kind === "between") separator ??= gap;
  };
  if (form === "jsonl" && file.size === 0) repairs.push(EMPTIED);
  const options = { dropRepeatedKeys: true };
  for await (const repair of repairRecords(file.portions(), form, signal, options)) {
    if (repair.kind === "record" && repair.verdict === "exact") {
      close(repair);
      before = repair;
      repairs = [];
      records += 1;
    } else {
      look(repair);
      repairs.push(repair);
    }
  }
  close(null);
  return { stretches, records, separator };
}
