import type { Level } from "../../receipts/types.ts";
import type { Problem, Snapshot } from "../../repository/types.ts";
import type { Style, Tone } from "./style.ts";
import { moment, safe, shortId, size, table } from "./text.ts";

const LEVEL_TONES: Readonly<Record<Level, Tone>> = {
  none: "faint",
  stored: "warning",
  restorable: "warning",
  complete: "good",
  working: "good",
};

/** A proven level in its colour. */
export function levelText(level: Level, style: Style): string {
  return style.paint(LEVEL_TONES[level], level);
}

/** One line a snapshot, with a heading; warnings and pins below. */
export function snapshotLines(snapshots: readonly Snapshot[], style: Style): readonly string[] {
  if (snapshots.length === 0) return ["no snapshots"];
  const heading = ["SNAPSHOT", "STORE", "CREATED", "SIZE", "ADDED", "LEVEL"];
  const rows = snapshots.map((snapshot) => [
    shortId(snapshot.id),
    safe(snapshot.store),
    moment(snapshot.createdAt),
    size(snapshot.bytes),
    size(snapshot.storedBytes),
    levelText(snapshot.level, style),
  ]);
  return [
    ...table([heading.map((word) => style.paint("faint", word)), ...rows], [3, 4]),
    ...snapshots.flatMap((snapshot) => noteLines(snapshot, style)),
  ];
}

function noteLines(snapshot: Snapshot, style: Style): readonly string[] {
  const id = shortId(snapshot.id);
  return [
    ...snapshot.warnings.map((text) => `${style.paint("warning", "warning")} ${id}: ${safe(text)}`),
    ...snapshot.pins.map((text) => `${style.paint("strong", "kept")} ${id}: ${safe(text)}`),
  ];
}

/** What is wrong in a repository, and which snapshots it hurts. */
export function problemLines(problems: readonly Problem[], style: Style): readonly string[] {
  return problems.map(({ message, blob, snapshots }) => {
    const place = blob === null ? "" : ` (${safe(blob)})`;
    const hurt = snapshots.length === 0 ? "" : `; hurts ${snapshots.map(shortId).join(", ")}`;
    return `${style.paint("bad", "damaged")}: ${safe(message)}${place}${hurt}`;
  });
}

/** What an engine could not check, although nothing that it saw is wrong. */
export function uncheckedLines(unchecked: readonly string[], style: Style): readonly string[] {
  return unchecked.map((text) => `${style.paint("warning", "not checked")}: ${safe(text)}`);
}
