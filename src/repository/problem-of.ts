import { SalvorError } from "../core/errors.ts";
import type { Problem } from "./types.ts";

/** What was thrown, as a problem of the repository. What is no damage is thrown on. */
export function problemOf(
  error: unknown,
  blob: string | null,
  snapshots: readonly string[],
): Problem {
  if (!(error instanceof SalvorError) || !CODES.has(error.code)) throw error;
  const code = CODES.get(error.code) ?? "repository.damaged";
  return { code, message: error.message, blob: blob ?? blobOf(error.message), snapshots };
}

const CODES: ReadonlyMap<string, string> = new Map([
  ["BACKUP_DAMAGED", "repository.damaged"],
  ["BLOB_MISSING", "repository.missing"],
  ["DISK_FAILED", "repository.unreadable"],
  ["RECEIPT_INVALID", "repository.damaged"],
]);

/** The blob that a message begins with, or null. */
function blobOf(message: string): string | null {
  return /^((?:packs|indexes|snapshots|records)\/[^\s:,]+)/.exec(message)?.[1] ?? null;
}
