import type { Listed } from "./list-tree.ts";
import type { RawPath } from "./raw-path.ts";
import type { TreeBatch } from "./tree-batch.ts";

/** One entry of a batch. */
export interface Place {
  readonly batch: TreeBatch;
  readonly row: number;
}

/** What the round before has read, to be found by path. */
export class Before {
  readonly batches: readonly TreeBatch[];
  #places: Map<RawPath, Place> | null = null;

  constructor(batches: readonly TreeBatch[]) {
    this.batches = batches;
  }

  get isEmpty(): boolean {
    return this.batches.length === 0;
  }

  /** The names, as they were listed. */
  listing(): readonly Listed[] {
    return this.batches.map(({ listed }) => listed);
  }

  /** The batch of the same names at the same place: there is one as long as no name came or went. */
  aligned(at: number, { paths, kinds }: Listed): TreeBatch | null {
    const batch = this.batches[at];
    return batch?.listed.paths === paths && batch.listed.kinds === kinds ? batch : null;
  }

  /** Where an entry was: in the aligned batch, or anywhere. */
  find(aligned: TreeBatch | null, path: RawPath, row: number): Place | null {
    if (aligned !== null) return { batch: aligned, row };
    if (this.isEmpty) return null;
    return this.#all().get(path) ?? null;
  }

  /** The paths that are not among those of other batches. */
  without(batches: readonly TreeBatch[]): readonly RawPath[] {
    if (batches.every((batch, at) => this.aligned(at, batch.listed) !== null)) {
      if (batches.length >= this.batches.length) return [];
    }
    if (this.isEmpty) return [];
    const rest = new Set(this.#all().keys());
    for (const { paths } of batches) for (const path of paths) rest.delete(path);
    return [...rest];
  }

  #all(): Map<RawPath, Place> {
    this.#places ??= new Map(
      this.batches.flatMap((batch) => batch.paths.map((path, row) => [path, { batch, row }])),
    );
    return this.#places;
  }
}
