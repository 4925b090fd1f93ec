import { sha256Hex } from "../../core/hash.ts";
import { boundaryHash } from "../../receipts/boundary.ts";
import { bytesOf, type RawPath } from "./raw-path.ts";
import type { KeptContent } from "./tree-batch.ts";

/** Contents that lie one after the other in one part: many small files, or one large one. */
export interface Bundle {
  /** Path of the first file. */
  readonly first: RawPath;
  readonly files: number;
  readonly size: number;
  /** Places in the spool; null when the one large file is read where it lives. */
  readonly slices: readonly (readonly [offset: number, length: number])[] | null;
  /** Of the one large file. */
  readonly sha256: string | null;
  /** Follows from the digests of all files in it. */
  readonly identity: string;
}

/** Bytes. Below what the repository cuts, so that a bundle is one chunk. */
const BUNDLE_MAX = 384 << 10;
const BUNDLE_MIN = 64 << 10;
/** On average one path in so many ends a bundle, so that one more file moves one end and not all. */
const CUT_MASK = 0x0f;

/** Puts contents together, in the order in which they are given. */
export class Bundler {
  readonly #done: Bundle[] = [];
  #first: RawPath = "";
  #files = 0;
  #size = 0;
  #slices: [offset: number, length: number][] = [];
  #digests: string[] = [];

  add(path: RawPath, { offset, size, sha256 }: KeptContent): void {
    if (offset === null) {
      this.#end();
      const one = { first: path, files: 1, size };
      this.#done.push({ ...one, slices: null, sha256, identity: identityOf([sha256]) });
      return;
    }
    if (this.#size + size > BUNDLE_MAX) this.#end();
    if (this.#files === 0) this.#first = path;
    const last = this.#slices.at(-1);
    if (last !== undefined && last[0] + last[1] === offset) last[1] += size;
    else this.#slices.push([offset, size]);
    this.#files += 1;
    this.#digests.push(sha256);
    this.#size += size;
    const mayEnd = this.#size >= BUNDLE_MIN;
    if (mayEnd && (boundaryHash(bytesOf(path)) & CUT_MASK) === 0) this.#end();
  }

  finish(): readonly Bundle[] {
    this.#end();
    return this.#done;
  }

  #end(): void {
    if (this.#files === 0) return;
    const [first, files, size, slices] = [this.#first, this.#files, this.#size, this.#slices];
    const identity = identityOf(this.#digests);
    this.#done.push({ first, files, size, slices, sha256: null, identity });
    this.#files = 0;
    this.#size = 0;
    this.#slices = [];
    this.#digests = [];
  }
}

/** Equal for equal contents in the same order, and for no others. */
function identityOf(digests: readonly string[]): string {
  return sha256Hex(Buffer.from(digests.join(" ")));
}
