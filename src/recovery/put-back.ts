import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { diskError } from "../core/disk.ts";
import type { JsonObject } from "../core/json.ts";
import type { Loss } from "../core/loss.ts";
import type { TextEncoding } from "../receipts/show.ts";
import { FORGOTTEN } from "../stores/refusals.ts";
import type { AmendedCollection } from "../stores/amended-collection.ts";
import type { PutBackCollection } from "../stores/put-back-collection.ts";
import type { Address, Amended, Image } from "../stores/types.ts";
import type { RecoveryContext } from "./context.ts";

/** Which rows of which store go back, and where from. */
export interface PutBackRequest {
  readonly store: string;
  readonly driver: string;
  readonly options: JsonObject;
  /** A restored copy that has the rows. */
  readonly address: Address;
  readonly collections: readonly string[];
  readonly dryRun: boolean;
}

/** Puts rows back into the live store, or looks what would go back; both under the owner's rules. */
export async function putBack(
  recovery: RecoveryContext,
  request: PutBackRequest,
  signal: AbortSignal,
): Promise<Amended> {
  const { store, driver, options, address, dryRun } = request;
  const collections = await withForgotten(recovery, request, signal);
  const rules = await recovery.rules(store, signal);
  await using live = await recovery.openStore(store, driver, options);
  return await live.amend(
    { kind: "put-back-rows", source: address, collections, rules, dryRun },
    signal,
  );
}

/** The keys that never return lie in files of this command: there may be very many. */
async function withForgotten(
  recovery: RecoveryContext,
  { store, driver, options, address, collections }: PutBackRequest,
  signal: AbortSignal,
): Promise<readonly PutBackCollection[]> {
  await using copy = await recovery.openStoreAt(store, driver, options, address);
  await using image = await copy.capture({ exclusive: true }, signal);
  const found: PutBackCollection[] = [];
  for (const [place, name] of collections.entries()) {
    const keys = await forgottenKeys(recovery, { store, name, image }, signal);
    const path = join(await recovery.scratch(), `forget-${place}.txt`);
    if (keys.length > 0) await write(path, keys.join("\n"));
    found.push({ name, forget: keys.length > 0 ? path : null });
  }
  return found;
}

async function forgottenKeys(
  recovery: RecoveryContext,
  { store, name, image }: { readonly store: string; readonly name: string; readonly image: Image },
  signal: AbortSignal,
): Promise<readonly string[]> {
  const shape = (await image.collections(signal)).find((each) => each.name === name);
  if (shape === undefined) return [];
  const encoding = image.description["encoding"] as TextEncoding | undefined;
  return recovery.forgottenKeys(store, name, { ...shape, encoding: encoding ?? "utf-8" }, signal);
}

async function write(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { mode: 0o600 });
  } catch (error) {
    throw diskError(path, error);
  }
}

/** Rows that did not go back, each by its key. What was erased on purpose is no loss. */
export function refusalLosses(store: string, { collections }: Amended): readonly Loss[] {
  return collections.flatMap((each) => collectionLosses(store, each));
}

function collectionLosses(
  store: string,
  { name, refused, refusedTotal, forgotten }: AmendedCollection,
): readonly Loss[] {
  const loss = (key: Loss["key"], reason: string): Loss => ({
    store,
    collection: name,
    key,
    location: { table: name },
    reason,
  });
  const lost = refused.filter(({ reason }) => reason !== FORGOTTEN);
  const more = refusedTotal - forgotten - lost.length;
  return [
    ...lost.map(({ key, reason }) => loss(key, `not put back: ${reason}`)),
    ...(more > 0 ? [loss(null, `and ${more} more that were not put back`)] : []),
  ];
}
