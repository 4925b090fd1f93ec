import { closeSync, openSync, readSync } from "node:fs";

import { diskError } from "../../../core/disk.ts";
import type { CollectionOptions } from "../options.ts";
import type { HeldFile } from "./held-file.ts";
import { elementSpans } from "./spans.ts";

/** Above so many bytes, a list of documents is read in parts. */
const LONG_BYTES = 8 << 20;

const HEAD_BYTES = 1 << 20;
const BOM_BYTES = 3;
const OPEN_OBJECT = 0x7b;

type Place = Pick<HeldFile, "path" | "start" | "size">;
type Form = Pick<CollectionOptions, "form" | "key">;

/** How a file that is read in parts holds its documents; null when it is read whole. */
export function longContainer(file: Place, spec: Form): "array" | "keyed" | null {
  return file.size > LONG_BYTES ? containerForm(file, spec) : null;
}

/**
 * How a file holds documents, when it holds many; null when it is one. What its collection does not
 * say, its beginning does.
 */
export function containerForm(
  { path, start }: Place,
  { form, key }: Form,
): "array" | "keyed" | null {
  if (form === "document" || form === "lines") return null;
  const bytes = headOf(path, start);
  const from = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? BOM_BYTES : 0;
  const opener = bytes.subarray(from).find((byte) => byte > 0x20);
  if (opener === 0x5b) return form === "keyed" ? null : "array";
  if (opener !== OPEN_OBJECT || form === "array") return null;
  if (form === "keyed") return "keyed";
  return key !== undefined && seemsKeyed(bytes, from, key) ? "keyed" : null;
}

/** All that can be seen are objects, and none of them is the key. */
function seemsKeyed(bytes: Uint8Array, from: number, key: string): boolean {
  const [own] = key.split(".");
  let count = 0;
  for (const { step, start } of elementSpans(bytes, from)) {
    if (bytes[start] !== OPEN_OBJECT || step === own) return false;
    count += 1;
  }
  return count > 0;
}

function headOf(path: string, start: number): Uint8Array {
  const bytes = Buffer.allocUnsafeSlow(HEAD_BYTES);
  try {
    const file = openSync(path, "r");
    try {
      return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, start));
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw diskError(path, error);
  }
}
