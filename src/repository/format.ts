import { SalvorError } from "../core/errors.ts";

// The names of a repository's files; docs/format/repository.md says what they hold.

/** What this program writes. */
export const FORMAT_VERSION = 1;
/** What this program can read: everything whose `minReader` is not above it. */
const READER = 1;

/** The only name that is the same in every repository: with it reading begins. */
export const CONFIG_NAME = "salvor-repository.json";
/** The same bytes again: without the wrapped keys every backup would be lost. */
export const CONFIG_COPY_NAME = "salvor-repository.copy.json";

/** Folder of the chunks. */
export const PACKS = "packs/";
/** Folder that says which chunks are in which pack. */
export const INDEXES = "indexes/";
/** Folder of the manifests. */
export const SNAPSHOTS = "snapshots/";
/** Folder of what was learned of snapshots after they were taken. */
export const RECORDS = "records/";
/** Folder of what repair has put aside. */
export const QUARANTINE = "quarantine/";
/** Folder of the locks, which mean nothing once nobody holds them. */
export const LOCKS = "locks/";
/** Folder of blobs in the making. */
export const DRAFTS = "drafts/";

/** The name of a pack whose bytes have this SHA-256, in hex. */
export const packName = (hash: string): string => `${PACKS}${hash.slice(0, 2)}/${hash}.pack`;
/** The name of an index whose bytes have this SHA-256, in hex. */
export const indexName = (hash: string): string => `${INDEXES}${hash}.index`;
/** The name of the manifest of a snapshot with this id. */
export const snapshotName = (hash: string): string => `${SNAPSHOTS}${hash}.snapshot`;
/** The name of a record whose bytes have this SHA-256, in hex. */
export const recordName = (hash: string): string => `${RECORDS}${hash}.record`;

const CONTENT_NAMED =
  /^(?:packs\/([0-9a-f]{2})\/(\1[0-9a-f]{62})\.pack|(indexes|snapshots|records)\/([0-9a-f]{64})\.(index|snapshot|record))$/;

const SUFFIXES: Readonly<Record<string, string>> = {
  indexes: "index",
  snapshots: "snapshot",
  records: "record",
};

/** The SHA-256 that a blob is named by, or null when it is not named by its content. */
export function hashOfName(name: string): string | null {
  const match = CONTENT_NAMED.exec(name);
  if (match === null) return null;
  if (match[2] !== undefined) return match[2];
  return SUFFIXES[match[3] ?? ""] === match[5] ? (match[4] ?? null) : null;
}

/** What is thrown when stored bytes are not what they must be. `what` says what was found. */
export function damaged(blob: string, what: string, cause?: unknown): SalvorError {
  return new SalvorError("BACKUP_DAMAGED", `${blob}: ${what}`, {
    hint: 'Run "salvor repository check" to see what it hurts, then "salvor repository repair".',
    cause,
  });
}

/** Is the error about stored bytes that are not what they must be, or are not there? */
export function isDamage(error: unknown): error is SalvorError {
  return error instanceof SalvorError && ["BACKUP_DAMAGED", "BLOB_MISSING"].includes(error.code);
}

/** The JSON of a manifest or a record. BACKUP_DAMAGED when it is none: somebody else wrote it. */
export function parseJson(name: string, plain: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(plain));
  } catch (error) {
    throw damaged(name, "it does not hold JSON", error);
  }
}

/** Refuses what only a newer program can read. */
export function assertReadable(what: string, minReader: number): void {
  if (minReader <= READER) return;
  throw new SalvorError("FORMAT_TOO_NEW", `${what} was written by a newer Salvor`, {
    hint: "Install a newer version: npm install -g salvor@latest.",
  });
}
