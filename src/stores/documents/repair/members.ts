import { recordsOf } from "../json/records.ts";
import { trimmed } from "../json/space.ts";
import { holdsContent, isSound, type Change, type Draft } from "./draft.ts";

/**
 * Takes the damaged members out of an object, or elements out of an array, and keeps those before
 * and behind them. They are dropped and named.
 */
export function dropDamagedMembers(draft: Draft): void {
  const { bytes } = draft;
  const [start, end] = trimmed(bytes, 0, bytes.length);
  const opener = bytes[start];
  if (opener !== 0x7b && opener !== 0x5b) return;
  const isObject = opener === 0x7b;
  const pieces = recordsOf(bytes, isObject ? "object" : "array", { certainOnly: true });
  const kept = [...pieces].filter(({ kind }) => kind === "record");
  if (kept.length === 0) return;

  const changes: Change[] = [];
  let from = start + 1;
  for (const [index, member] of kept.entries()) {
    changes.push(change(from, member.from, index === 0 ? "" : ","));
    from = member.end;
  }
  changes.push(change(from, end, isObject ? "}" : "]"));
  takeOut(
    draft,
    changes.filter(({ at, end: until, inserted }) => !isJust(bytes, at, until, inserted)),
  );
}

function takeOut(draft: Draft, changes: readonly Change[]): void {
  const trial = draft.copy();
  trial.isPartial = true;
  for (const { at, end } of changes) {
    const [from, to] = trimmed(trial.bytes, at, end);
    if (holdsContent(trial.bytes, from, to)) trial.drop(from, to);
  }
  trial.apply(changes, "members that cannot be read are left out");
  if (isSound(trial.bytes)) draft.take(trial);
}

function change(at: number, end: number, inserted: string): Change {
  return { kind: "structure", at, end, inserted };
}

/** The span is what it shall be, but for white space. */
function isJust(bytes: Uint8Array, at: number, end: number, expected: string): boolean {
  const [from, to] = trimmed(bytes, at, end);
  return Buffer.from(bytes.subarray(from, to)).toString("latin1") === expected;
}
