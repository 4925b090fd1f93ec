import { SortingSink } from "../../../receipts/sorting-sink.ts";
import type { EntrySink } from "../../../receipts/types.ts";

/** Ids that stand in a log more than once, and are compared. */
const REPEATED_MAX = 10_000;

/** Finds ids that stand in a log more than once, however long it is. */
export class RepeatedIds implements Disposable {
  readonly #sorter: SortingSink;
  readonly #repeats = new Repeats();
  #bytes = Buffer.alloc(1024);

  /** @param scratch a folder that exists, for what does not fit into memory. */
  constructor(scratch: string) {
    this.#sorter = new SortingSink(this.#repeats, { scratch });
  }

  add(id: string): void {
    if (id.length * 3 > this.#bytes.length) this.#bytes = Buffer.alloc(id.length * 6);
    const end = this.#bytes.write(id);
    this.#sorter.add(this.#bytes, 0, end, this.#bytes, 0, 0);
  }

  /** The first ones in the order of their bytes; `total` counts all. */
  finish(): { readonly ids: ReadonlySet<string>; readonly total: number } {
    this.#sorter.finish();
    return { ids: this.#repeats.ids, total: this.#repeats.total };
  }

  [Symbol.dispose](): void {
    this.#sorter[Symbol.dispose]();
  }
}

class Repeats implements EntrySink {
  readonly ids = new Set<string>();
  total = 0;
  #before = Buffer.alloc(0);
  #isCounted = false;

  add(key: Uint8Array, keyStart: number, keyEnd: number): void {
    const id = Buffer.from(key.buffer, key.byteOffset + keyStart, keyEnd - keyStart);
    if (!id.equals(this.#before)) {
      this.#before = Buffer.from(id);
      this.#isCounted = false;
      return;
    }
    if (this.#isCounted) return;
    this.#isCounted = true;
    this.total++;
    if (this.ids.size < REPEATED_MAX) this.ids.add(id.toString());
  }
}
