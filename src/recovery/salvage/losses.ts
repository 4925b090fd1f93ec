import type { Loss } from "../../core/loss.ts";
import { TORN, type UnreadFiles } from "../../stores/capture-options.ts";
import type { Amended } from "../../stores/types.ts";
import { mendLosses } from "../mend-documents.ts";
import { eventLosses } from "../mend-events.ts";
import type { LostRange } from "./types.ts";

/** What there was to read, and what came of it. */
export interface SalvageOutcome {
  readonly store: string;
  readonly amended: Amended | null;
  readonly unread: UnreadFiles;
  /** Files that were read in part, by their paths. */
  readonly rescued: ReadonlySet<string>;
  /** Bytes that the disk failed to read. */
  readonly bad: readonly LostRange[];
}

/** Everything that was there and is not in the copy. */
export function salvageLosses(outcome: SalvageOutcome): readonly Loss[] {
  const { store, amended, bad } = outcome;
  return [
    ...unreadLosses(outcome),
    ...bad.map(({ file, bytes, reason }) => ({
      ...nowhere(store),
      location: { file, bytes },
      reason,
    })),
    ...(amended === null ? [] : [...mendLosses(store, amended), ...eventLosses(store, amended)]),
  ];
}

function unreadLosses({ store, unread, rescued }: SalvageOutcome): readonly Loss[] {
  const { entries, total } = unread;
  const more = total - entries.length;
  return [
    ...entries
      .filter(({ path }) => !rescued.has(path))
      .map(({ path, code }) => ({
        ...nowhere(store),
        location: { file: path },
        reason: reasonOf(path === "" ? "the folder" : path, code),
      })),
    ...(more > 0
      ? [{ ...nowhere(store), location: {}, reason: `and ${more} more cannot be read` }]
      : []),
  ];
}

function reasonOf(what: string, code: string): string {
  return code === TORN ? `the last line of ${what} is cut off` : `${what} cannot be read: ${code}`;
}

function nowhere(store: string): Pick<Loss, "collection" | "key" | "store"> {
  return { store, collection: null, key: null };
}

/** The places of damaged events, and what a disk did not give. */
export function lostRanges({ amended, bad }: SalvageOutcome): readonly LostRange[] {
  const events = amended?.events?.losses ?? [];
  return [
    ...bad,
    ...events.flatMap(({ file, offset, bytes, reason }): readonly LostRange[] => {
      const length = Buffer.from(bytes, "base64").length;
      return length === 0 ? [] : [{ file, bytes: [offset, offset + length], reason }];
    }),
  ];
}
