import { systemCode } from "../../core/errors.ts";
import type { Found } from "./found.ts";
import { readFound } from "./read-file.ts";
import type { Trouble } from "./walk.ts";

/** What a look at a file reads of it: enough for a certificate or a file of variables. */
const HEAD_BYTES = 64 << 10;
const ZEROS = Buffer.alloc(HEAD_BYTES);

/** The beginning of a file, or why it cannot be read. */
export function contentOf(root: string, found: Found): { readonly bytes: Buffer } | Trouble {
  try {
    let bytes = Buffer.alloc(0);
    readFound(root, { ...found, size: Math.min(found.size, HEAD_BYTES) }, (portion) => {
      bytes = Buffer.from(portion);
    });
    return { bytes };
  } catch (error) {
    const code = systemCode(error);
    if (code === null) throw error;
    return { path: found.path, code };
  }
}

/** Does a file of some length hold zeros alone, without being sparse on purpose? */
export function isZeros(root: string, found: Found, head: Buffer): boolean {
  if (found.size === 0 || found.isSparse || !onlyZeros(head)) return false;
  if (found.size <= head.length) return true;
  let isZero = true;
  try {
    readFound(root, found, (bytes) => {
      isZero &&= onlyZeros(bytes);
    });
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return false; // what cannot be read was told by whoever captures
  }
  return isZero;
}

function onlyZeros(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at += ZEROS.length) {
    const end = Math.min(bytes.length, at + ZEROS.length);
    if (ZEROS.compare(bytes, at, end, 0, end - at) !== 0) return false;
  }
  return true;
}
