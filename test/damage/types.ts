import type { Random } from "../support/random.ts";

/** How a store stands when it is damaged. */
export type Situation =
  /** Rollback journal; nothing was committed after the snapshot. */
  | "at rest"
  /** Rollback journal; commits after the snapshot. */
  | "moved on"
  /** A -wal with commits that no checkpoint has taken over; the snapshot has them. */
  | "wal"
  /** The same, and more commits in the -wal than the snapshot has. */
  | "wal moved on";

/** What a store's owner says of it in salvor.yaml. */
export type Owner = "expects nothing" | "expects rows" | "acknowledges";

/** A database to be damaged, and what its files held before. */
export interface Victim {
  readonly path: string;
  readonly pageSize: number;
  /** Bytes of the database file at an earlier commit than the snapshot's. */
  readonly older: Buffer;
  /** Bytes of a -wal at an earlier commit; null without one. */
  readonly olderWal: Buffer | null;
}

/**
 * What must be said afterwards.
 * - `found`: a look sees it, unless nothing that counts has changed.
 * - `notice`: a finding of severity low, and the store stays sound and as it is.
 * - `sound`: it is the engine's everyday work; nothing may be restored for it.
 * - `put back`: what the engine was told to remove comes back.
 */
export type Expected = "found" | "notice" | "sound" | "put back";

/** One kind of damage. */
export interface Damage {
  readonly name: string;
  readonly situations: readonly Situation[];
  readonly expected: Expected;
  readonly owner?: Owner;
  /** What a page held before is told by the damaged thing alone: no snapshot shows a changed value. */
  readonly blinds?: true;
  apply(victim: Victim, random: Random): void;
}

/** Situations without a -wal. */
export const ROLLBACK: readonly Situation[] = ["at rest", "moved on"];

/** Situations with one. */
export const WAL: readonly Situation[] = ["wal", "wal moved on"];

/** All of them. */
export const EVERYWHERE: readonly Situation[] = [...ROLLBACK, ...WAL];

/** One field of the matrix: a kind of damage to a store that stands in one way. */
export interface Field {
  readonly damage: Damage;
  readonly situation: Situation;
}
