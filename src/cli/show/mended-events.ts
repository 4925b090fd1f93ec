import type { MendedEvents } from "../../stores/mended-events.ts";
import { counted } from "./text.ts";

/** What became of the events of a log besides those that came back, or what would. */
export function eventLines(events: MendedEvents | undefined): readonly string[] {
  if (events === undefined) return [];
  const { newer, rescued, rotated, left, lossesTotal } = events;
  return [
    ...(newer === 0 ? [] : [`${counted(newer, "event")} newer than the snapshot, and kept`]),
    ...(rescued === 0 ? [] : [`${counted(rescued, "whole event")} found within damaged lines`]),
    ...(rotated === 0 ? [] : [`${counted(rotated, "event")} of files that rotation took away`]),
    ...(left === 0
      ? []
      : [`${counted(left, "place")} left as they are: a backup that may have them cannot be read`]),
    ...(lossesTotal === 0 ? [] : [`${counted(lossesTotal, "place")} that no snapshot can mend`]),
  ];
}
