import { basename, join } from "node:path";

import { messageOf, SalvorError } from "../core/errors.ts";
import type { Json, JsonObject } from "../core/json.ts";
import type { Loss } from "../core/loss.ts";
import type { Proof } from "../receipts/proof.ts";
import type { Quarantine, Store } from "../stores/types.ts";
import type { RecoveryContext } from "./context.ts";
import { KeyFiles } from "./key-files.ts";
import { prove, type Side } from "./prove.ts";

/** What a restore needs to know to tell what it cost. */
export interface LossQuestion {
  readonly store: string;
  readonly driver: string;
  readonly options: JsonObject;
  readonly quarantine: Quarantine;
  /** What lives here now, which is the snapshot. */
  readonly restored: Side;
  readonly snapshotAt: string;
}

/**
 * What the replaced state held and the snapshot does not: rows that are newer, by key, and changes
 * of the schema. They all stay in quarantine.
 */
export async function findLosses(
  recovery: RecoveryContext,
  question: LossQuestion,
  signal: AbortSignal,
): Promise<readonly Loss[]> {
  const { store, quarantine } = question;
  if (quarantine.files.length === 0) return [unreadable(question, "there was nothing left of it")];
  const { driver, options } = question;
  await using kept = await recovery.openStoreAt(store, driver, options, quarantine.address);
  try {
    const proof = await compareKept(recovery, kept, question, signal);
    return [...rowLosses(proof, quarantine), ...schemaLosses(proof)];
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof SalvorError)) throw error;
    if (error.code !== "STORE_DAMAGED") return [unreadable(question, messageOf(error))];
    const copy = await copyFolder(recovery, quarantine); // it is as damaged as what it was made of
    return [unreadable(question, messageOf(error).replaceAll(copy, quarantine.folder))];
  }
}

/** The quarantine itself is only read as bytes: the engine works on a copy of it. */
async function compareKept(
  recovery: RecoveryContext,
  kept: Store,
  { store, driver, options, restored, quarantine }: LossQuestion,
  signal: AbortSignal,
): Promise<Proof> {
  const copied = await kept.quarantine(await copyFolder(recovery, quarantine), signal);
  await using copy = await recovery.openStoreAt(store, driver, options, copied.address);
  await using image = await copy.capture({ exclusive: true }, signal);
  const sealed = await image.seal({ portable: false }, signal);
  using keys = new KeyFiles(join(quarantine.folder, "losses.ndjson"));
  const terms = { store, level: "none", openFile: keys.open, showKey: () => null } as const;
  return await prove(restored, { sealed, image }, terms, signal);
}

async function copyFolder(recovery: RecoveryContext, { folder }: Quarantine): Promise<string> {
  return join(await recovery.scratch(), `kept-${basename(folder)}`);
}

function rowLosses({ store, collections }: Proof, { folder }: Quarantine): readonly Loss[] {
  return collections.flatMap(({ name, extra, changed, total, file }) => {
    const loss = (key: Json, reason: string): Loss => ({
      store,
      collection: name,
      key,
      location: { table: name },
      reason: `${reason}; it is kept in ${folder}`,
    });
    const listed = extra.length + changed.length;
    const more = total.extra + total.changed - listed;
    return [
      ...extra.map((key) => loss(key, "newer than the snapshot")),
      ...changed.map((key) => loss(key, "changed after the snapshot")),
      ...(more > 0 ? [loss(null, `and ${more} more, listed in ${file}`)] : []),
    ];
  });
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
