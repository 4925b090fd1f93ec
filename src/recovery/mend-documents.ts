import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { diskError } from "../core/disk.ts";
import type { JsonObject } from "../core/json.ts";
import type { Loss } from "../core/loss.ts";
import { count } from "../core/text.ts";
import type { TextEncoding } from "../receipts/show.ts";
import type { MendSource } from "../stores/mended.ts";
import type { PutBackCollection } from "../stores/put-back-collection.ts";
import type { Address, Amended } from "../stores/types.ts";
import type { RecoveryContext } from "./context.ts";
import { discard, isDamaged } from "./steps/build-beside.ts";

/** A snapshot that may have good versions. */
export interface MendCandidate {
  readonly id: string;
  /** For people. */
  readonly name: string;
}

/** Which store of documents is mended, and what with. */
export interface MendRequest {
  readonly store: string;
  readonly driver: string;
  readonly options: JsonObject;
  readonly repository: string | null;
  /** Folder that keeps what is replaced, beside what it became. */
  readonly quarantine: string;
  /** Newest first. */
  readonly candidates: readonly MendCandidate[];
  /** Collections of which all that is missing comes back, each from the first that can be read. */
  readonly back: readonly {
    readonly collections: readonly string[];
    readonly candidates: readonly MendCandidate[];
  }[];
  /** What is lost leaves the store; else it stays as it lies there. */
  readonly takeOut: boolean;
  readonly dryRun: boolean;
}

type Note = (sentence: string) => Promise<void>;

/**
 * Mends the documents of a live store. Snapshots are asked from the newest on, only for the files that
 * still lack a good version, and only as long as one does.
 */
export async function mendDocuments(
  recovery: RecoveryContext,
  request: MendRequest,
  note: Note,
  signal: AbortSignal,
): Promise<Amended> {
  await using copies = new Copies(recovery, request, note);
  for (const { collections, candidates } of request.back)
    await copies.takeFirst(candidates, collections, signal);
  let seen = await amend(recovery, request, { copies, dryRun: true }, signal);
  for (let from = 0, group = 1; from < request.candidates.length; from += group, group *= 2) {
    const wanted = seen.mended?.wanted ?? [];
    if (wanted.length === 0) break;
    for (const each of request.candidates.slice(from, from + group))
      await copies.take(each, { only: wanted, back: [] }, signal);
    seen = await amend(recovery, request, { copies, dryRun: true }, signal);
  }
  return request.dryRun ? seen : await amend(recovery, request, { copies, dryRun: false }, signal);
}

async function amend(
  recovery: RecoveryContext,
  { store, driver, options, quarantine, takeOut }: MendRequest,
  { copies, dryRun }: { readonly copies: Copies; readonly dryRun: boolean },
  signal: AbortSignal,
): Promise<Amended> {
  const { sources, forget } = copies;
  const rules = await recovery.rules(store, signal);
  const hidden = recovery.hidden?.(store) ?? [];
  await using live = await recovery.openStore(store, driver, options);
  return await live.amend(
    { kind: "mend-documents", sources, quarantine, takeOut, hidden, forget, rules, dryRun },
    signal,
  );
}

/** Parts of snapshots, restored into scratch space as long as they are needed. */
class Copies implements AsyncDisposable {
  readonly #recovery: RecoveryContext;
  readonly #request: MendRequest;
  readonly #note: Note;
  readonly #taken: { readonly place: number; readonly source: MendSource }[] = [];
  readonly #addresses: Address[] = [];
  #forget: readonly PutBackCollection[] | null = null;

  constructor(recovery: RecoveryContext, request: MendRequest, note: Note) {
    this.#recovery = recovery;
    this.#request = request;
    this.#note = note;
  }

  /** Newest first. */
  get sources(): readonly MendSource[] {
    return this.#taken.toSorted((a, b) => a.place - b.place).map(({ source }) => source);
  }

  /** Keys that never return. */
  get forget(): readonly PutBackCollection[] {
    return this.#forget ?? [];
  }

  /** Restores the first of these that can be read whole. */
  async takeFirst(
    candidates: readonly MendCandidate[],
    back: readonly string[],
    signal: AbortSignal,
  ): Promise<void> {
    for (const each of candidates) if (await this.take(each, { only: null, back }, signal)) return;
  }

  /** @returns false when the snapshot is damaged, which is noted. */
  async take(
    { id, name }: MendCandidate,
    { only, back }: { readonly only: readonly string[] | null; readonly back: readonly string[] },
    signal: AbortSignal,
  ): Promise<boolean> {
    const { store, driver, options } = this.#request;
    const address = join(
      await this.#recovery.scratch(),
      `mend-${store}-${this.#addresses.length + 1}`,
    );
    this.#addresses.push(address);
    const repository = await this.#recovery.repository(this.#request.repository, signal);
    await using copy = await this.#recovery.openStoreAt(store, driver, options, address);
    try {
      const content = await repository.content(id, signal);
      await copy.restore(content, only === null ? {} : { only, ifThere: true }, signal);
    } catch (error) {
      if (!isDamaged(error)) throw error;
      await this.#note(`${name} is damaged: ${error.message}; an older one is asked`);
      return false;
    }
    const place = this.#request.candidates.findIndex((each) => each.id === id);
    this.#taken.push({ place, source: { address, name, back } });
    this.#forget ??= await forgotten(this.#recovery, this.#request, address, signal);
    return true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { signal } = new AbortController();
    for (const address of this.#addresses)
      await discard(this.#recovery, { ...this.#request, address }, signal);
  }
}

/** The keys that never return lie in files of this command: there may be very many. */
async function forgotten(
  recovery: RecoveryContext,
  { store, driver, options }: MendRequest,
  address: Address,
  signal: AbortSignal,
): Promise<readonly PutBackCollection[]> {
  await using copy = await recovery.openStoreAt(store, driver, options, address);
  await using image = await copy.capture({ exclusive: true }, signal);
  const encoding: TextEncoding = "utf-8";
  const found: PutBackCollection[] = [];
  for (const { name, key, columns, internal } of await image.collections(signal)) {
    if (internal) continue;
    const shape = { key, columns, encoding };
    const keys = await recovery.forgottenKeys(store, name, shape, signal);
    const path = join(await recovery.scratch(), `forget-${found.length}.txt`);
    if (keys.length > 0) await write(path, keys.join("\n"));
    found.push({ name, forget: keys.length > 0 ? path : null });
  }
  return found;
}

async function write(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { mode: 0o600 });
  } catch (error) {
    throw diskError(path, error);
  }
}

/** What is gone from the store and kept in quarantine only, document by document. */
export function mendLosses(store: string, { mended }: Amended): readonly Loss[] {
  if (mended === undefined) return [];
  const { losses, lossesTotal, file } = mended;
  const more = lossesTotal - losses.length;
  return [
    ...losses.map(({ collection, key, path, loss }) => ({
      store,
      collection,
      key,
      location: { table: collection, file: path },
      reason: loss,
    })),
    ...(more > 0 ? [moreLosses(store, more, file)] : []),
  ];
}

function moreLosses(store: string, more: number, file: string | null): Loss {
  const where = file === null ? "" : `, listed in ${file}`;
  const reason = `and ${count(more)} more${where}`;
  return { store, collection: null, key: null, location: {}, reason };
}
