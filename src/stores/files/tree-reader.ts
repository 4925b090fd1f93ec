import { Before, type Place } from "./before.ts";
import type { Exclusion } from "./exclude.ts";
import { Fingerprint } from "./fingerprint.ts";
import type { Lanes } from "./lanes.ts";
import { KIND_LETTERS, listTree, type Listed } from "./list-tree.ts";
import { ListedFolders } from "./listed-folders.ts";
import type { RawPath } from "./raw-path.ts";
import type { BatchOrder, BatchReading } from "./read-batch.ts";
import type { Spool } from "./spool.ts";
import { TreeBatch } from "./tree-batch.ts";
import type { Trouble } from "./walk.ts";

/** What a round has come by. */
export interface Round {
  /** Entries that are new, gone, or otherwise than in the round before; the first of them. */
  readonly changed: readonly RawPath[];
  readonly changedTotal: number;
  /** Some have to be read again, because the clock could not have told a change. */
  readonly hasFresh: boolean;
  readonly exists: boolean;
}

/** From this round on, a large file that has changed again is copied. */
const COPIES_ALL_FROM = 3;
const NAMED_MAX = 20;
const LINKED_ROWS = 512;

/**
 * Reads a tree in rounds: the first reads everything, each later one looks at everything and reads
 * what has changed since. When a round finds no change, all that was kept was there at one instant:
 * the end of the round before.
 */
export class TreeReader {
  readonly #root: string;
  readonly #excludes: Exclusion;
  readonly #spool: Spool;
  readonly #lanes: Lanes;
  #batches: readonly TreeBatch[] = [];
  #rounds = 0;
  #troubles: Trouble[] = [];
  /** Of the last listing. */
  #listed: { readonly folders: string | null; readonly troubles: readonly Trouble[] } | null = null;
  #leftAlone = 0;
  #specials: RawPath[] = [];

  constructor(root: string, excludes: Exclusion, spool: Spool, lanes: Lanes) {
    this.#root = root;
    this.#excludes = excludes;
    this.#spool = spool;
    this.#lanes = lanes;
  }

  /** What could not be read in the last round. */
  get troubles(): readonly Trouble[] {
    return this.#troubles;
  }

  /** Entries of the last round that are excluded. */
  get leftAlone(): number {
    return this.#leftAlone;
  }

  /** Sockets, pipes and devices of the last round. */
  get specials(): readonly RawPath[] {
    return this.#specials;
  }

  /** Of the last round. */
  fingerprint(): string {
    const fingerprint = new Fingerprint();
    for (const { batch, rows } of this.#seen()) {
      if (rows === null) fingerprint.addAll(batch.listed.paths, batch.marks);
      else for (const { path, row } of rows) fingerprint.addAll(path, batch.marks.row(row));
    }
    return fingerprint.digest();
  }

  /** @param now of the kernel's coarse clock, before the round. */
  async round(now: bigint): Promise<Round> {
    this.#rounds += 1;
    const before = new Before(this.#batches);
    const listing = this.#isListed(now) ? before.listing() : this.#list(now);
    let at = 0;
    this.#batches = await this.#lanes.inOrder(listing, (listed) =>
      this.#readBatch(listed, before, at++, now),
    );
    this.#troubles = [...(this.#listed?.troubles ?? [])];
    await this.#readLinked(before, now);
    this.#tellTroubles();
    const [top] = this.#batches;
    return { ...this.#compare(before), exists: top !== undefined && !top.isGone(0) };
  }

  /** What the last round has kept, in the order of the listing. */
  get batches(): readonly TreeBatch[] {
    return this.#batches;
  }

  /** Are the names that were listed last still all that there are? */
  #isListed(now: bigint): boolean {
    if (this.#listed === null || this.#listed.folders === null) return false;
    const folders = new ListedFolders(this.#root, now);
    for (const { listed, paths } of this.#batches.filter(hasFolders)) {
      for (const [row, path] of paths.entries())
        if (listed.kinds[row] === KIND_LETTERS.folder) folders.add(path);
    }
    return folders.digest() === this.#listed.folders;
  }

  *#list(now: bigint): Generator<Listed> {
    const folders = new ListedFolders(this.#root, now);
    const troubles: Trouble[] = [];
    this.#leftAlone = 0;
    this.#specials = [];
    yield* listTree(this.#root, this.#excludes, {
      folder: (path) => folders.add(path),
      leftAlone: () => void (this.#leftAlone += 1),
      special: (path) => void this.#specials.push(path),
      trouble: (trouble) => void troubles.push(trouble),
    });
    this.#listed = { folders: folders.digest(), troubles };
  }

  /** Looks at a batch, and reads what is not as it was. */
  async #readBatch(listed: Listed, before: Before, at: number, now: bigint): Promise<TreeBatch> {
    if (before.isEmpty) return new TreeBatch(listed, await this.#read(listed, now));
    const order = { ...listed, root: this.#root, now, read: null };
    const batch = new TreeBatch(listed, await this.#lanes.read(order));
    const aligned = before.aligned(at, listed);
    if (aligned?.isSettled === true && batch.isEvery(aligned)) return aligned;
    const paths = batch.paths;
    const rows: number[] = [];
    for (const [row, path] of paths.entries()) {
      const old = before.find(aligned, path, row);
      if (old !== null && isAsItWas(batch, row, old)) batch.take(row, old.batch, old.row);
      else if (batch.isKept(row)) rows.push(row);
    }
    if (rows.length === 0) return batch;
    const part = pick(listed, paths, rows);
    const again = new TreeBatch(part, await this.#read(part, now));
    for (const [from, row] of rows.entries()) batch.take(row, again, from);
    return batch;
  }

  #read(listed: Listed, now: bigint, linked = false): Promise<BatchReading> {
    const copiesAll = this.#rounds >= COPIES_ALL_FROM;
    const read = { spool: this.#spool, copiesAll, linked };
    const order: BatchOrder = { ...listed, root: this.#root, now, read };
    return this.#lanes.read(order);
  }

  /** Reads files with several names, each once. */
  async #readLinked(before: Before, now: bigint): Promise<void> {
    const firsts = new Map<string, Place & { readonly path: RawPath }>();
    const others: (Place & { readonly first: Place })[] = [];
    for (const [at, batch] of this.#batches.entries()) {
      if (batch === before.batches[at] || !batch.hasLinked) continue;
      for (const [row, path] of batch.paths.entries()) {
        if (!batch.isLinked(row)) continue;
        const inode = batch.marks.inode(row);
        const first = firsts.get(inode);
        if (first === undefined) firsts.set(inode, { batch, row, path });
        else others.push({ batch, row, first });
      }
    }
    await this.#lanes.inOrder(portions([...firsts.values()]), async (places) => {
      const listed = {
        paths: places.map(({ path }) => path).join("\0"),
        kinds: "f".repeat(places.length),
      };
      const part = new TreeBatch(listed, await this.#read(listed, now, true));
      for (const [from, { batch, row }] of places.entries()) batch.takeContent(row, part, from);
    });
    for (const { batch, row, first } of others) batch.takeContent(row, first.batch, first.row);
  }

  #tellTroubles(): void {
    for (const batch of this.#batches) {
      if (!batch.hasTrouble) continue;
      for (const [row, path] of batch.paths.entries()) {
        const code = batch.code(row);
        if (code !== null) this.#troubles.push({ path, code });
      }
    }
  }

  #compare(before: Before): Omit<Round, "exists"> {
    const changed: RawPath[] = [];
    let changedTotal = 0;
    let hasFresh = false;
    const tell = (path: RawPath): void => {
      changedTotal += 1;
      if (changed.length < NAMED_MAX) changed.push(path);
    };
    for (const [at, batch] of this.#batches.entries()) {
      if (batch === before.batches[at]) continue;
      const aligned = before.aligned(at, batch.listed);
      for (const [row, path] of batch.paths.entries()) {
        const old = before.find(aligned, path, row);
        if (old === null || batch.isGone(row) || !batch.isSame(row, old.batch, old.row)) tell(path);
        if (old !== null && batch.marks.isSame(row, old.batch.marks, old.row)) batch.settle(row);
        hasFresh ||= batch.isFresh(row);
      }
    }
    for (const path of before.without(this.#batches)) tell(path);
    return { changed, changedTotal, hasFresh: hasFresh && changedTotal > 0 };
  }

  /** Batches with the rows that were looked at; null stands for all of them. */
  *#seen(): Generator<{
    readonly batch: TreeBatch;
    readonly rows: readonly { readonly path: RawPath; readonly row: number }[] | null;
  }> {
    for (const batch of this.#batches) {
      const { marks } = batch;
      if (!marks.hasEmpty()) {
        yield { batch, rows: null };
        continue;
      }
      const all = batch.paths.map((path, row) => ({ path, row }));
      yield { batch, rows: all.filter(({ row }) => !marks.isEmpty(row)) };
    }
  }
}

function hasFolders({ listed }: TreeBatch): boolean {
  return listed.kinds.includes(KIND_LETTERS.folder);
}

/** Old enough, and with the marks that it had when it was read. */
function isAsItWas(batch: TreeBatch, row: number, old: Place): boolean {
  if (!batch.isKept(row) || !old.batch.isKept(old.row) || old.batch.isFresh(old.row)) return false;
  return batch.marks.isSame(row, old.batch.marks, old.row);
}

function pick({ kinds }: Listed, paths: readonly RawPath[], rows: readonly number[]): Listed {
  return {
    paths: rows.map((row) => paths[row] ?? "").join("\0"),
    kinds: rows.map((row) => kinds[row] ?? "").join(""),
  };
}

function* portions<T>(list: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < list.length; at += LINKED_ROWS) yield list.slice(at, at + LINKED_ROWS);
}
