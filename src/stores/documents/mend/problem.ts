import type { RecordRepair } from "../repair/records.ts";
import type { Judged } from "./judge.ts";
import type { RecordVersion } from "./record-versions.ts";
import type { SourceFolder } from "./types.ts";

/** Bytes that are no record: as few are a separator that was hit. */
export const STRAY_MAX = 1;

/** A piece that is no sound record, and what is known of it. */
export interface Problem {
  readonly repair: RecordRepair;
  readonly judged: Judged | null;
  /** A version of the same key. */
  version: { readonly found: RecordVersion; readonly source: SourceFolder } | null;
}

/** Repaired with all its content, and within all rules. */
export function isCertain({ repair, judged }: Problem): boolean {
  return repair.verdict === "repaired" && judged?.isWhole === true && judged.breaches === 0;
}

/** Sound JSON as it stands there. */
export function isSound({ repair }: Problem): boolean {
  if (repair.kind !== "record" || repair.verdict === "lost") return false;
  return repair.edits.every(({ kind }) => SOUND_EDITS.has(kind));
}

const SOUND_EDITS: ReadonlySet<string> = new Set(["double-decoding", "repeated-key"]);

/** Nobody can tell which record it was. Of a hit separator, nothing but the separator is missing. */
export function isUnknown(problem: Problem): boolean {
  const { repair, judged } = problem;
  if (repair.kind === "stray") return isHole(problem);
  if (repair.kind === "cut") return true;
  return !isCertain(problem) && !isSound(problem) && (judged?.id ?? null) === null;
}

/** More bytes than a separator has, where no record can be read: it may have been many. */
export function isHole({ repair: { kind, from, end } }: Problem): boolean {
  return kind === "stray" && end - from > STRAY_MAX;
}

/** A line with nothing on it. */
export function isBlank({ repair: { kind, from, end } }: Problem): boolean {
  return kind === "stray" && from === end;
}

/** Bytes of it went with the damage: they may have been those of other records as well. */
export function mayHide(problem: Problem): boolean {
  const { kind, verdict } = problem.repair;
  if (isUnknown(problem) || isBlank(problem)) return true;
  return kind === "record" && verdict !== "repaired" && !isSound(problem);
}

/** A record as it is mended, with its key where it has one of its own. */
export function textOf(
  { bytes, key, from, at }: RecordRepair,
  read: (from: number, to: number) => Uint8Array,
): Uint8Array {
  const value = bytes ?? new Uint8Array(0);
  if (key === null) return value;
  const name = from < at ? read(from, at) : Buffer.from(`${JSON.stringify(key)}: `);
  return Buffer.concat([name, value]);
}
