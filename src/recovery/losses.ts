import { join } from "node:path";

import { messageOf, SalvorError } from "../core/errors.ts";
import type { Json, JsonObject } from "../core/json.ts";
import type { Loss } from "../core/loss.ts";
import { counted } from "../core/text.ts";
import type { Proof } from "../receipts/proof.ts";
import type { RowLists } from "../receipts/proof-rows.ts";
import type { SealedReceipt } from "../receipts/types.ts";
import type { PagedPart } from "../repository/types.ts";
import type { Image, Quarantine, Store } from "../stores/types.ts";
import type { RecoveryContext } from "./context.ts";
import { KeyFiles } from "./key-files.ts";
import { prove, type Side } from "./prove.ts";
import { readableRows, type ReadableRows } from "./readable-rows.ts";

/** What a restore needs to know to tell what it cost. */
export interface LossQuestion {
  readonly store: string;
  readonly driver: string;
  readonly options: JsonObject;
  readonly quarantine: Quarantine;
  /** What lives here now, which is the snapshot. */
  readonly restored: Side;
  readonly snapshotAt: string;
  /** Pages of a file that the snapshot has otherwise; null where that cannot be told. */
  readonly differing: (part: PagedPart) => Promise<PageRanges | null>;
}

type PageRanges = readonly (readonly [from: number, to: number])[];

/**
 * What the replaced state held and the snapshot does not: rows that are newer, by key, and changes
 * of the schema. They all stay in quarantine. What cannot be read is said, and never passed over.
 */
export async function findLosses(
  recovery: RecoveryContext,
  question: LossQuestion,
  signal: AbortSignal,
): Promise<readonly Loss[]> {
  const { store, driver, options, quarantine } = question;
  if (quarantine.files.length === 0) return [unreadable(question, "there was nothing left of it")];
  await using kept = await recovery.openStoreAt(store, driver, options, quarantine.address);
  try {
    return await compareKept(kept, question, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof SalvorError)) throw error;
    return [unreadable(question, messageOf(error))];
  }
}

/** The quarantine stays as it is, byte by byte: the engine may settle a copy of it. */
async function compareKept(
  kept: Store,
  question: LossQuestion,
  signal: AbortSignal,
): Promise<readonly Loss[]> {
  const { store, restored, quarantine } = question;
  await using image = await kept.capture({ exclusive: false, frozen: true }, signal);
  using keys = new KeyFiles(join(quarantine.folder, "losses.ndjson"));
  const sealed = await sealIfWhole(image, signal);
  if (sealed === null) {
    const changed = await changedCollections(image, question, signal);
    const asked = { restored, kept: image, changed, openFile: keys.open };
    const rows = await readableRows(asked, signal);
    return partialLosses(question, rows);
  }
  const terms = { store, level: "none", openFile: keys.open, showKey: () => null } as const;
  const proof = await prove(restored, { sealed, image }, terms, signal);
  const newer = proof.collections.flatMap((each) => rowLosses(question, each));
  const whole = isReplaced(sealed, restored.sealed)
    ? [unreadable(question, "nothing of what was here is left in it")]
    : [];
  return [...whole, ...newer, ...schemaLosses(proof)];
}

/** Where all pages of a collection are those of the snapshot, so are its rows. Null: any may differ. */
async function changedCollections(
  image: Image,
  { differing }: LossQuestion,
  signal: AbortSignal,
): Promise<readonly string[] | null> {
  const [part, ...others] = await Array.fromAsync(image.parts(signal));
  if (part === undefined || part.pages === null || others.length > 0) return null;
  try {
    const ranges = await differing({ name: part.name, pages: part.pages });
    return ranges === null ? null : ((await image.rowsOn?.(ranges, signal)) ?? null);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof SalvorError) return null; // it only saves time
    throw error;
  }
}

/** An empty file, or another store: it tells nothing of what was committed to this one. */
function isReplaced({ receipt: kept }: SealedReceipt, { receipt }: SealedReceipt): boolean {
  const names = Object.keys(receipt.collections);
  return names.length > 0 && names.every((name) => !Object.hasOwn(kept.collections, name));
}

/** Null when a part of it is damaged. */
async function sealIfWhole(image: Image, signal: AbortSignal): Promise<SealedReceipt | null> {
  try {
    return await image.seal({ portable: false }, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof SalvorError) || error.code !== "STORE_DAMAGED") throw error;
    return null;
  }
}

/** Newer rows of tables that can be read, and the names of those that cannot. */
function partialLosses(question: LossQuestion, rows: readonly ReadableRows[]): readonly Loss[] {
  const { store, quarantine, snapshotAt } = question;
  return rows.flatMap(({ name, lists, trouble }) => {
    const listed = rowLosses(question, { name, ...lists });
    if (trouble === null) return listed;
    const read =
      lists.total.extra === 0 ? "" : `but for ${counted(lists.total.extra, "row")} at its end, `;
    const reason =
      `${read}what was committed to ${name} after ${snapshotAt} cannot be listed: ${trouble}; ` +
      `all that is left of it is kept in ${quarantine.folder}`;
    return [...listed, { store, collection: name, key: null, location: { table: name }, reason }];
  });
}

function rowLosses(
  { store, quarantine: { folder } }: LossQuestion,
  { name, extra, changed, total, file }: RowLists & { readonly name: string },
): readonly Loss[] {
  const loss = (key: Json, reason: string): Loss => ({
    store,
    collection: name,
    key,
    location: { table: name },
    reason: `${reason}; it is kept in ${folder}`,
  });
  const more = total.extra + total.changed - extra.length - changed.length;
  return [
    ...extra.map((key) => loss(key, "newer than the snapshot")),
    ...changed.map((key) => loss(key, "changed after the snapshot")),
    ...(more > 0 ? [loss(null, `and ${more} more, listed in ${file}`)] : []),
  ];
}

function schemaLosses({ store, schema }: Proof): readonly Loss[] {
  const changed = schema.changed.map(({ element }) => element);
  return [...schema.extra, ...changed].map((element) => ({
    store,
    collection: null,
    key: null,
    location: { file: element },
    reason: `${element} was made or changed after the snapshot`,
  }));
}

function unreadable({ store, quarantine, snapshotAt }: LossQuestion, why: string): Loss {
  return {
    store,
    collection: null,
    key: null,
    location: { file: quarantine.address },
    reason: `what was committed after ${snapshotAt} cannot be listed: ${why}`,
  };
}

/** A loss as a step's output holds it. */
export function lossJson({ store, collection, key, location, reason }: Loss): JsonObject {
  return { store, collection, key, location, reason };
}
