import type { TreeEntry } from "./entry.ts";
import type { RawPath } from "./raw-path.ts";
import type { KeptContent } from "./tree-batch.ts";

/** The files of a tree, and where their bytes lie: columns, which cross to another process at once. */
export interface FileTable {
  /** With a zero byte between two. */
  readonly paths: RawPath;
  readonly sizes: Float64Array;
  /** Nanoseconds since 1970. */
  readonly times: BigInt64Array;
  /** 32 bytes each. */
  readonly digests: Uint8Array;
  /** Where they lie in the spool; -1 for a large file, which lies where it was. */
  readonly offsets: Float64Array;
  /** Rows of files that have been there before under another name. */
  readonly others: readonly (readonly [row: number, first: number])[];
  /** Everything but files. */
  readonly rest: readonly TreeEntry[];
}

const DIGEST_BYTES = 32;
const START_ROWS = 1024;

/** Collects the files of a tree. */
export class FileColumns {
  readonly #paths: RawPath[] = [];
  readonly #rest: TreeEntry[] = [];
  readonly #others: [row: number, first: number][] = [];
  readonly #rowsOfFirsts = new Map<RawPath, number>();
  #sizes = new Float64Array(START_ROWS);
  #offsets = new Float64Array(START_ROWS);
  #times = new BigInt64Array(START_ROWS);
  #digests = Buffer.alloc(START_ROWS * DIGEST_BYTES);

  add(entry: TreeEntry, content: KeptContent | null): void {
    if (content === null) {
      this.#rest.push(entry);
      return;
    }
    const row = this.#paths.length;
    if (row === this.#sizes.length) this.#grow();
    this.#paths.push(entry.path);
    this.#sizes[row] = content.size;
    this.#offsets[row] = content.offset ?? -1;
    this.#times[row] = entry.mtimeNs;
    this.#digests.write(content.sha256, row * DIGEST_BYTES, "hex");
    if (content.offset === null) this.#tellLarge(entry, row);
  }

  finish(): FileTable {
    const rows = this.#paths.length;
    return {
      paths: this.#paths.join("\0"),
      sizes: this.#sizes.subarray(0, rows),
      times: this.#times.subarray(0, rows),
      digests: this.#digests.subarray(0, rows * DIGEST_BYTES),
      offsets: this.#offsets.subarray(0, rows),
      others: this.#others,
      rest: this.#rest,
    };
  }

  /** Two names of a large file are copied once. */
  #tellLarge({ path, hardlink }: TreeEntry, row: number): void {
    if (hardlink === null) this.#rowsOfFirsts.set(path, row);
    const first = hardlink === null ? undefined : this.#rowsOfFirsts.get(hardlink);
    if (first !== undefined) this.#others.push([row, first]);
  }

  #grow(): void {
    const rows = 2 * this.#sizes.length;
    const [sizes, offsets] = [new Float64Array(rows), new Float64Array(rows)];
    const [times, digests] = [new BigInt64Array(rows), Buffer.alloc(rows * DIGEST_BYTES)];
    sizes.set(this.#sizes);
    offsets.set(this.#offsets);
    times.set(this.#times);
    digests.set(this.#digests);
    this.#sizes = sizes;
    this.#offsets = offsets;
    this.#times = times;
    this.#digests = digests;
  }
}
