import type { Json } from "../../../core/json.ts";
import type { MendVerdict } from "../../mended.ts";
import type { DroppedSpan } from "../repair/types.ts";
import type { AssignedFile } from "../survey/assign.ts";
import type { CollectionSpec } from "../survey/types.ts";

/** What became of one document, and why. */
export interface DocumentFate {
  readonly collection: string;
  /** Relative to the store, as it is shown. */
  readonly path: string;
  /** As JSON shows it: the key, or where the document lies. */
  readonly key: Json;
  /** `left`: it stays as it is, for a person to look at. */
  readonly verdict: MendVerdict | "left";
  /** Sentences, in the order of what was done. */
  readonly reasons: readonly string[];
  /** Bytes with content that are not in it any more. */
  readonly dropped: readonly DroppedSpan[];
  /** Said where content is gone for good: a loss. */
  readonly loss: string | null;
}

/** What a file has besides its content, and the mode of the folder that it lies in. */
export interface FileAttributes {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly folderMode: number;
}

/** One file that becomes another one. */
export interface FileChange {
  /** Its bytes, one character each; see `RawPath`. */
  readonly raw: string;
  /** As it is shown. */
  readonly path: string;
  /** 64 hex digits of its content; null: there was no such file. */
  readonly before: string | null;
  /** The same of what it becomes; null: it is taken away. */
  readonly after: string | null;
  /** Bytes of what it becomes. */
  readonly size: number;
  /** Of a file that comes back; null: those that the old one has. */
  readonly attributes: FileAttributes | null;
  readonly documents: readonly DocumentFate[];
}

/** A restored copy to take good versions from. */
export interface SourceFolder {
  readonly root: string;
  /** What it is, for people. */
  readonly name: string;
  /** Names of the collections of which all that is missing comes back from it. */
  readonly back: readonly string[];
}

/** A file that is not as it should be; its bytes lie in `path` from `start` on. */
export interface SuspectFile extends AssignedFile {
  /** It is sound JSON, of another form than it should have, say. */
  readonly isSound: boolean;
}

/** What mending files in a process of its own needs. */
export interface MendInput {
  readonly specs: readonly CollectionSpec[];
  readonly suspects: readonly SuspectFile[];
  /** Files that should be there and are not, by their names. */
  readonly missing: readonly MissingFile[];
  /** Collections that lack documents, and what they have. */
  readonly lacking: readonly LackingCollection[];
  /** Newest first. */
  readonly sources: readonly SourceFolder[];
  /** Canonical keys in hex digits, by collection, that never come back. */
  readonly forgotten: Readonly<Record<string, string>>;
  /** What is lost may leave the store. */
  readonly takeOut: boolean;
  /** Also a file of which the very name is expected. */
  readonly isCopy: boolean;
  /** Folder that receives what files become. */
  readonly drafts: string;
}

/** A file, or a folder of files, that should be there. */
export interface MissingFile {
  readonly path: string;
  readonly collection: number;
  readonly isFolder: boolean;
}

/** A collection of which documents come back. */
export interface LackingCollection {
  readonly collection: number;
  /** Canonical keys of the documents that are there, in hex digits. */
  readonly keys: ReadonlySet<string>;
  /** Its files that are there and sound. */
  readonly files: readonly AssignedFile[];
}

/** What mending files has come to. */
export interface MendOutput {
  readonly changes: readonly FileChange[];
  /** Documents that stay as they are although they should not. */
  readonly left: readonly DocumentFate[];
  /** Paths that no source had a good version of. */
  readonly wanted: readonly string[];
}
