import { readKey, writeKey, writeRecord } from "../../../receipts/canonical.ts";
import { showValue } from "../../../receipts/show.ts";
import type { Json, JsonObject } from "../../../core/json.ts";
import type { Value } from "../../../receipts/types.ts";
import type { CollectionOptions } from "../options.ts";
import type { ExactJson } from "../values/exact.ts";
import { fieldOf } from "../values/field.ts";
import { keyValue, textValue } from "../values/key.ts";
import type { Span } from "./spans.ts";

const NULL: Value = { type: "null" };

/** The value of a document's key: its field, else the name that its file has it under. */
export function ownKey(
  { key }: Pick<CollectionOptions, "key">,
  document: ExactJson,
  step: Span["step"],
): Value | null {
  if (key === undefined) return null;
  const value = fieldOf(document as Json, key);
  return keyValue(value ?? (typeof step === "string" ? step : undefined));
}

/** The canonical key of what has none of its own: where it lies. */
export function placeKey(hasKey: boolean, file: string, step: Span["step"]): Uint8Array {
  const place = [textValue(file), stepValue(step)];
  // Null comes before everything: a document that lacks its key is none of those that have it.
  return writeKey(hasKey ? [NULL, ...place] : place);
}

function stepValue(step: Span["step"]): Value {
  if (step === null) return NULL;
  return typeof step === "string" ? textValue(step) : { type: "integer", value: BigInt(step) };
}

/** A canonical key as JSON shows it. */
export function showDocumentKey(key: string | undefined, bytes: Uint8Array): JsonObject {
  const shown = readKey(bytes).map((value) => showValue(value, "utf-8"));
  if (key !== undefined && shown.length === 1) return { [key]: shown[0] ?? null };
  const [path = null, index = null] = shown.slice(-2);
  return { _path: path, ...(index !== null && { _index: index }) };
}

/** The exact row: where it lies, and its bytes as they are. */
export function exactRow(file: string, bytes: Uint8Array, isText: boolean): Uint8Array {
  return writeRecord([textValue(file), { type: isText ? "text" : "blob", bytes }]);
}

/** The portable row: the document in its one spelling. */
export function portableRow(document: Value): Uint8Array {
  return writeRecord([document]);
}
