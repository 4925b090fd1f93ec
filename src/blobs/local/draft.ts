import { dirname } from "node:path";

import type { Disk } from "../../core/disk.ts";
import type { BlobDraft } from "../types.ts";
import type { DurableFolders } from "./folders.ts";

/** Where a draft is written, and where its commit moves it. */
export interface DraftPlace {
  readonly disk: Disk;
  /** The draft's own path, which does not exist yet. */
  readonly path: string;
  /** The path of a blob's name. */
  readonly target: (name: string) => string;
  readonly folders: DurableFolders;
}

/** A file that gets its name when it is whole and on the disk. */
export async function startDraft(place: DraftPlace): Promise<BlobDraft> {
  const { disk, path, folders } = place;
  const file = await disk.open(path, "create");
  let size = 0;
  let isOpen = true;
  let isNamed = false;
  const close = async (): Promise<void> => {
    if (isOpen) await file[Symbol.asyncDispose]();
    isOpen = false;
  };
  return {
    append: async (bytes) => {
      const position = size;
      size += bytes.length;
      await file.write(bytes, position);
    },
    commit: async (name) => {
      const target = place.target(name);
      await file.sync();
      await close();
      await folders.ensure(dirname(target));
      await disk.rename(path, target);
      isNamed = true;
      await disk.syncFolder(dirname(target));
    },
    [Symbol.asyncDispose]: async () => {
      await close();
      if (!isNamed) await disk.remove(path);
    },
  };
}
