import type { Content } from "./content.ts";
import type { Field, Victim } from "./types.ts";

/** A field of the matrix, and the seed that draws the place in it. */
export interface Trial extends Field {
  readonly seed: number;
}

/** What is known of a store before anything is done about its damage. */
export interface Stand {
  readonly trial: Trial;
  readonly store: string;
  readonly victim: Victim;
  /** What its newest snapshot holds. */
  readonly snapshot: Content;
  /** What it held a moment before the damage. */
  readonly before: Content;
  /** What the engine makes of it afterwards. */
  readonly after: Content;
  /** What it must hold once that is back which the engine was told to remove; null without. */
  readonly back: Content | null;
}

/** Name of a field and its seed, to do it again. */
export function nameOf({ damage, situation, seed }: Trial): string {
  return `${damage.name}, ${situation} (seed ${seed})`;
}
