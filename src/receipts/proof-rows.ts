import type { Json } from "../core/json.ts";

/** Keys that one list of a proof holds; its total counts all of them. */
export const KEYS_MAX = 1000;

/** Expected but not there; there but not expected; there with another content. */
export type DifferenceKind = "missing" | "extra" | "changed";

/** The lists of one collection, as a proof carries them. */
export interface RowLists {
  /** At most 1,000 keys in each list, as JSON shows them. */
  readonly missing: readonly Json[];
  readonly extra: readonly Json[];
  readonly changed: readonly Json[];
  readonly total: Readonly<Record<DifferenceKind, number>>;
  /** The file that holds all keys, when a list does not; null when the lists are complete. */
  readonly file: string | null;
}

/** Where all keys go when a list overflows: one NDJSON file, written line by line. */
export interface KeyFile {
  readonly path: string;
  /** Takes one line without its end; synchronous, so that memory stays bound. */
  write(line: string): void;
}

interface Held extends RowLists {
  readonly missing: Json[];
  readonly extra: Json[];
  readonly changed: Json[];
  readonly total: Record<DifferenceKind, number>;
}

/**
 * Collects the keys of the rows that differ. Up to 1,000 of a kind and collection are held; with
 * more, a file is opened (once) and receives every key, those before included, a line each:
 * `{"collection": …, "key": …, "kind": …, "times": …}`.
 */
export class ProofRows {
  readonly #openFile: (() => KeyFile) | null;
  readonly #collections = new Map<string, Held>();
  #file: KeyFile | null = null;
  #held: string[] = [];
  #total = 0;

  /** @param openFile makes the file; null when keys beyond the lists are only counted. */
  constructor(openFile: (() => KeyFile) | null) {
    this.#openFile = openFile;
  }

  /** Rows that differ, over all collections and kinds. */
  get total(): number {
    return this.#total;
  }

  /** Counts `times` rows with this key; the key is listed once. */
  add(collection: string, kind: DifferenceKind, key: Json, times = 1): void {
    const lists = this.#listsOf(collection);
    lists.total[kind] += times;
    this.#total += times;
    this.#record(JSON.stringify({ collection, key, kind, times }), lists[kind].length < KEYS_MAX);
    if (lists[kind].length < KEYS_MAX) lists[kind].push(key);
  }

  /** The lists of a collection; empty ones when none of its rows differs. */
  of(collection: string): RowLists {
    const lists = this.#collections.get(collection) ?? emptyLists();
    const whole =
      lists.missing.length < KEYS_MAX &&
      lists.extra.length < KEYS_MAX &&
      lists.changed.length < KEYS_MAX;
    return { ...lists, file: whole ? null : (this.#file?.path ?? null) };
  }

  #listsOf(collection: string): Held {
    const known = this.#collections.get(collection);
    if (known !== undefined) return known;
    const made = emptyLists();
    this.#collections.set(collection, made);
    return made;
  }

  /** Lines are held as long as every list is whole. */
  #record(line: string, fits: boolean): void {
    if (this.#openFile === null) return;
    if (this.#file !== null) return this.#file.write(line);
    this.#held.push(line);
    if (fits) return;
    this.#file = this.#openFile();
    for (const each of this.#held) this.#file.write(each);
    this.#held = [];
  }
}

function emptyLists(): Held {
  const total = { missing: 0, extra: 0, changed: 0 };
  return { missing: [], extra: [], changed: [], total, file: null };
}
