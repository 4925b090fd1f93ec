/**
 * What happened to a disk, in order. Files and folders are numbered, so that a file keeps its
 * identity whatever it is called. `path` is for people.
 */
export type Operation =
  | EntryOperation
  | DataOperation
  | {
      readonly kind: "sync" | "syncFailed";
      readonly inode: number;
      readonly path: string;
      /** Operations below this index had returned when the sync began: it speaks for those alone. */
      readonly covers: number;
    }
  /** Something was promised to somebody here: what follows a cut after it must keep the promise. */
  | { readonly kind: "mark"; readonly path: string };

/** Changes names in a folder; durable once that folder was synced. */
export type EntryOperation =
  | {
      readonly kind: "create" | "makeFolder";
      readonly inode: number;
      readonly folder: number;
      readonly name: string;
      readonly mode: number;
      readonly path: string;
    }
  | {
      readonly kind: "rename";
      readonly inode: number;
      readonly fromFolder: number;
      readonly fromName: string;
      readonly folder: number;
      readonly name: string;
      readonly path: string;
    }
  | {
      readonly kind: "remove";
      readonly folder: number;
      readonly name: string;
      readonly path: string;
    };

/** Changes a file; durable once that file was synced. */
export type DataOperation =
  | {
      readonly kind: "write";
      readonly inode: number;
      readonly position: number;
      readonly bytes: Uint8Array;
      readonly path: string;
    }
  | {
      readonly kind: "truncate";
      readonly inode: number;
      readonly size: number;
      readonly path: string;
    }
  | {
      readonly kind: "mode";
      readonly inode: number;
      readonly mode: number;
      readonly path: string;
    };

/** A file or a folder, numbered. */
export type Node =
  | { readonly kind: "file"; readonly mode: number; readonly content: Buffer }
  | { readonly kind: "folder"; readonly mode: number; readonly entries: Map<string, number> };

/** The number of the folder that everything lies in. */
export const ROOT = 0;

/** What lay in the folder before, all of it durable, and what happened since. */
export interface Recording {
  readonly base: ReadonlyMap<number, Node>;
  readonly log: readonly Operation[];
}

/** One line for a failing test. */
export function showOperation(operation: Operation): string {
  const { kind, path } = operation;
  if (kind === "write") return `write ${path} [${operation.position}, +${operation.bytes.length}]`;
  if (kind === "truncate") return `truncate ${path} to ${operation.size}`;
  if (kind === "rename") return `rename ${operation.fromName} to ${path}`;
  return `${kind} ${path}`;
}
