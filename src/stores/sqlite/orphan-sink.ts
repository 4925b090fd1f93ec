import type { EntrySink } from "../../receipts/types.ts";
import { integerAt } from "./record-integer.ts";
import type { RowidSet } from "./rowid-set.ts";

/** One reference that is followed while rows go by. */
export interface FollowedReference {
  readonly column: number;
  readonly parents: RowidSet;
}

/**
 * Hands entries on and counts, for each reference, those that point nowhere. A value that is no
 * integer is compared by rules of the engine: that count is then null, and the engine's to tell.
 */
export class OrphanSink implements EntrySink {
  readonly #into: EntrySink;
  readonly #references: readonly FollowedReference[];
  readonly #isKeyless: boolean;
  readonly #orphans: Float64Array;

  /** @param isKeyless the collection's entries have their whole row as key. */
  constructor(into: EntrySink, references: readonly FollowedReference[], isKeyless: boolean) {
    this.#into = into;
    this.#references = references;
    this.#isKeyless = isKeyless;
    this.#orphans = new Float64Array(references.length);
    for (const [index, { parents }] of references.entries()) {
      if (!parents.isComplete) this.#orphans[index] = Number.NaN;
    }
  }

  add(
    key: Uint8Array,
    keyStart: number,
    keyEnd: number,
    row: Uint8Array,
    rowStart: number,
    rowEnd: number,
  ): void {
    const keyless = this.#isKeyless;
    for (let index = 0; index < this.#references.length; index += 1) {
      const { column, parents } = this.#references[index] as FollowedReference;
      const value = keyless
        ? integerAt(key, keyStart, keyEnd, column)
        : integerAt(row, rowStart, rowEnd, column);
      if (value === null || parents.has(value)) continue;
      // NaN stays NaN, whatever is added.
      this.#orphans[index] = (this.#orphans[index] as number) + (Number.isNaN(value) ? value : 1);
    }
    this.#into.add(key, keyStart, keyEnd, row, rowStart, rowEnd);
  }

  /** Orphans of each reference, null where only the engine can tell. */
  counts(): readonly (number | null)[] {
    return [...this.#orphans].map((count) => (Number.isNaN(count) ? null : count));
  }
}
