import { open, readFile, stat } from "node:fs/promises";
import { join } from "node:path";

import { SalvorError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import { parseReceiptDocument } from "../receipts/receipt-document.ts";
import { showBytes } from "../receipts/show.ts";
import type { SealedReceipt } from "../receipts/types.ts";
import type { Snapshot } from "../repository/types.ts";
import type { Image, SealOptions, Store } from "../stores/types.ts";
import type { Session } from "./session.ts";
import { kindOfPath, type StoreKind } from "./kind-of-path.ts";
import { snapshotNamed, isSnapshotName } from "./snapshot-names.ts";

/** What is left over goes also when the command was told to stop. */
const DISCARD_MS = 60_000;

/** Something that holds or held content: a live store, a path, a snapshot, a receipt file. */
export interface Subject extends AsyncDisposable {
  readonly name: string;
  /** Its receipt; a snapshot's is the one that was sealed with it. */
  sealed(): Promise<SealedReceipt>;
  /** Its content, captured or restored to scratch; null for a receipt file. */
  image(): Promise<Image | null>;
  showKey(collection: string, key: Uint8Array): Json;
  /** What it is read with; null for a receipt file. */
  readonly kind: StoreKind | null;
  /** It is a path, and what it is was told by its looks. */
  readonly isGuessed: boolean;
}

/** What a subject is opened with. */
export interface SubjectOptions {
  readonly portable: boolean;
  /** What a path is read with, where it can be: that of the other side of a comparison. */
  readonly like?: StoreKind | null;
}

/** Finds out what a word of the user's means. NOT_FOUND says what it could have been. */
export async function openSubject(
  session: Session,
  word: string,
  options: SubjectOptions,
  signal: AbortSignal,
): Promise<Subject> {
  const { config } = session;
  const configured = config?.stores.find(({ name }) => name === word);
  if (configured !== undefined) {
    const types = configured.types;
    return storeSubject(await session.store(word), { ...options, types }, signal);
  }
  const path = session.path(word);
  const found = await stat(path).catch(() => null);
  if (found?.isFile() === true && (await looksLikeJson(path))) return receiptSubject(path);
  if (found?.isFile() === true || found?.isDirectory() === true) {
    const kind = kindOfPath(session, path, { isFolder: found.isDirectory(), ...options });
    return pathSubject(session, path, kind, options, signal);
  }
  if (config !== null && isSnapshotName(word)) {
    const repository = await session.repository(signal);
    const snapshot = await snapshotNamed(repository, word, signal);
    return snapshotSubject(session, snapshot, options, signal);
  }
  throw new SalvorError("NOT_FOUND", `"${word}" is no store, no path and no snapshot`, {
    hint: 'Name a store of salvor.yaml, a path, or a snapshot; "salvor snapshots" lists them.',
  });
}

async function pathSubject(
  session: Session,
  path: string,
  { driver, options: settings }: StoreKind,
  options: SubjectOptions,
  signal: AbortSignal,
): Promise<Subject> {
  const store = await session.openStoreAt(path, driver, settings, path);
  return { ...storeSubject(store, options, signal), isGuessed: true };
}

function storeSubject(store: Store, options: SealOptions, signal: AbortSignal): Subject {
  const image = once(() => store.capture({ exclusive: false }, signal));
  const { name, driver, options: settings } = store.identity;
  return imageSubject({ name, kind: { driver, options: settings } }, image, async () => {
    return (await image.get()).seal(options, signal);
  });
}

function snapshotSubject(
  session: Session,
  snapshot: Snapshot,
  { portable }: SubjectOptions,
  signal: AbortSignal,
): Subject {
  const image = once(() => restoreToScratch(session, snapshot, signal));
  const name = `${snapshot.store}@${snapshot.id.slice(0, 12)}`;
  const { driver, options: settings } = snapshot;
  return imageSubject({ name, kind: { driver, options: settings } }, image, async () => {
    if (portable) return (await image.get()).seal({ portable }, signal);
    const repository = await session.repository(signal);
    const sealed = await repository.sealed(snapshot.id, signal);
    return { ...sealed, receipt: { ...sealed.receipt, level: snapshot.level } };
  });
}

/** A snapshot as an image: restored to a file of this command's own. */
export async function restoreToScratch(
  session: Session,
  { id, store, driver, options }: Snapshot,
  signal: AbortSignal,
): Promise<Image> {
  const repository = await session.repository(signal);
  const address = join(await session.scratch(), session.world.newId("restored"));
  const copy = await session.openStoreAt(store, driver, options, address);
  await copy.restore(await repository.content(id, signal), {}, signal);
  const image = await copy.capture({ exclusive: true }, signal);
  return {
    ...image,
    [Symbol.asyncDispose]: async () => {
      await image[Symbol.asyncDispose]();
      await copy.discard(AbortSignal.timeout(DISCARD_MS));
    },
  };
}

interface Once<T> {
  get(): Promise<T>;
  /** What was made, or null when nobody asked. */
  made(): Promise<T> | null;
}

function once<T>(make: () => Promise<T>): Once<T> {
  let made: Promise<T> | null = null;
  return { get: () => (made ??= make()), made: () => made };
}

function imageSubject(
  facts: Pick<Subject, "kind" | "name">,
  image: Once<Image>,
  seal: () => Promise<SealedReceipt>,
): Subject {
  const sealed = once(seal);
  let opened: Image | null = null;
  return {
    ...facts,
    isGuessed: false,
    sealed: sealed.get,
    image: async () => (opened = await image.get()),
    showKey: (collection, key) => opened?.showKey(collection, key) ?? showBytes(key),
    [Symbol.asyncDispose]: async () => {
      const made = await image.made()?.catch(() => null);
      await made?.[Symbol.asyncDispose]();
    },
  };
}

async function receiptSubject(path: string): Promise<Subject> {
  const { sealed, showKey } = parseReceiptDocument(await readFile(path, "utf8"));
  return {
    name: sealed.receipt.store,
    sealed: async () => sealed,
    image: async () => null,
    showKey,
    kind: null,
    isGuessed: false,
    [Symbol.asyncDispose]: async () => {},
  };
}

/** A receipt is a JSON object; no database begins with a brace. */
async function looksLikeJson(path: string): Promise<boolean> {
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0);
  return buffer.subarray(0, bytesRead).toString("latin1").trimStart().startsWith("{");
}
