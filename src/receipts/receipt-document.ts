import * as z from "zod";

import { SalvorError } from "../core/errors.ts";
import type { Json, JsonObject } from "../core/json.ts";
import { malformed } from "./malformed.ts";
import { receiptSchema, type ReceiptFile } from "./receipt-schema.ts";
import {
  collectionSeals,
  elementDigest,
  portableDigest,
  receiptDigest,
  schemaDigest,
} from "./seal.ts";
import { showBytes } from "./show.ts";
import { checkTree, treeOf } from "./tree-codec.ts";
import type { Receipt, SealedReceipt, Tree } from "./types.ts";

const READER = 1;

/** A key as JSON shows it to people. */
export type ShowKey = (collection: string, key: Uint8Array) => Json;

/** A receipt that was read from a file, with the keys as they were shown in it. */
export interface ReceiptFromFile {
  readonly sealed: SealedReceipt;
  /** What the file shows for a key that ends a leaf; its bytes for any other. */
  readonly showKey: ShowKey;
}

/**
 * The receipt as one JSON document, with its trees: `tree` holds for each collection its leaves
 * `{ count, digest, lastKey (base64), shown }`.
 */
export function receiptDocument({ receipt, trees }: SealedReceipt, showKey: ShowKey): JsonObject {
  return {
    ...receiptJson(receipt),
    tree: Object.fromEntries(trees.map((tree) => [tree.collection, leavesJson(tree, showKey)])),
  };
}

/**
 * Reads a receipt's JSON document. Every digest is computed again from what stands below it.
 *
 * @throws SalvorError FORMAT_TOO_NEW when only a newer Salvor can read it; RECEIPT_INVALID, with
 * the path of the key, when it is no receipt or its digests do not follow from its content.
 */
export function parseReceiptDocument(text: string): ReceiptFromFile {
  const json = parseJson(text);
  refuseNewer(json);
  const parsed = receiptSchema.safeParse(json);
  if (!parsed.success) throw malformed(firstIssue(parsed.error));

  const { tree, ...receipt } = parsed.data;
  const trees = Object.entries(tree).map(([collection, leaves]) => treeOf(collection, leaves));
  trees.forEach(checkTree);
  prove(receipt, trees);
  return { sealed: { receipt, trees }, showKey: shownKeys(tree) };
}

function receiptJson(receipt: Receipt): JsonObject {
  // Every field of a receipt is JSON already; the type says so field by field only.
  return receipt as unknown as JsonObject;
}

function leavesJson({ collection, leaves }: Tree, showKey: ShowKey): Json {
  return leaves.map(({ count, digest, lastKey }) => ({
    count,
    digest: `sha256:${Buffer.from(digest).toString("hex")}`,
    lastKey: Buffer.from(lastKey).toString("base64"),
    shown: showKey(collection, lastKey),
  }));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw malformed(`the receipt is not JSON: ${String(error)}`);
  }
}

function refuseNewer(json: unknown): void {
  const { success, data } = z.object({ minReader: z.number() }).safeParse(json);
  if (!success || data.minReader <= READER) return;
  throw new SalvorError(
    "FORMAT_TOO_NEW",
    `the receipt needs a reader of version ${data.minReader}; this one is of version ${READER}`,
    { hint: "Install the newest Salvor: npm install -g salvor" },
  );
}

function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  const path = issue?.path.map(String).join(".") ?? "";
  return `the receipt is malformed at ${path === "" ? "its root" : path}: ${issue?.message}`;
}

/** Refuses a receipt that says something else than its own content. */
function prove(receipt: Receipt, trees: readonly Tree[]): void {
  const { collections, references, schema, portable } = receipt;
  const sealed = collectionSeals(trees);
  for (const name of new Set([...Object.keys(collections), ...Object.keys(sealed)])) {
    const [said, found] = [own(collections, name), own(sealed, name)];
    if (said?.count !== found?.count || said?.digest !== found?.digest)
      throw unproven(`collections.${name}`);
  }
  for (const { kind, name, digest, definition } of schema.elements)
    if (digest !== elementDigest(definition)) throw unproven(`schema.elements, ${kind} ${name}`);
  if (schema.digest !== schemaDigest(schema.elements)) throw unproven("schema.digest");
  if (receipt.digest !== receiptDigest({ collections, references, schema }))
    throw unproven("digest");
  if (portable !== null && portable.digest !== portableDigest(portable.collections))
    throw unproven("portable.digest");
}

function unproven(place: string): SalvorError {
  return malformed(`the receipt contradicts itself at ${place}: it does not follow from the rest`);
}

function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

function shownKeys(tree: ReceiptFile["tree"]): ShowKey {
  const shown = new Map(
    Object.entries(tree).flatMap(([collection, leaves]) =>
      leaves.map((leaf) => [nameOf(collection, leaf.lastKey), leaf.shown] as const),
    ),
  );
  return (collection, key) => shown.get(nameOf(collection, key)) ?? showBytes(key);
}

function nameOf(collection: string, key: Uint8Array): string {
  return `${Buffer.from(key).toString("hex")} ${collection}`;
}
