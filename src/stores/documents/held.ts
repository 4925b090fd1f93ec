import { entryModule } from "../../core/module.ts";
import type { CapturedTree } from "../files/captured-tree.ts";
import type { TreeEntry } from "../files/entry.ts";
import type { LargeInput } from "../files/large-task.ts";
import type { LiveDocuments } from "./live.ts";
import { assignFiles, type AssignedFile } from "./survey/assign.ts";
import { isLines } from "./survey/lines.ts";
import type { HeldFile } from "./survey/held-file.ts";
import { containerForm } from "./survey/long-container.ts";
import { placeFiles } from "./survey/place-files.ts";

/** The content of a store at one instant, and where each file's bytes lie. */
export interface HeldFolder extends AsyncDisposable {
  readonly live: LiveDocuments;
  readonly captured: CapturedTree;
  /** Everything but files: folders, links. */
  readonly others: readonly TreeEntry[];
  readonly files: readonly HeldFile[];
  /** Those that belong to a collection, and can be read as documents. */
  readonly documents: readonly AssignedFile[];
  /** Those that are too large for that. */
  readonly tooLarge: readonly AssignedFile[];
}

/** Finds the files of a tree that was captured. Large ones are copied: they live where they were. */
export async function holdFolder(
  live: LiveDocuments,
  captured: CapturedTree,
  signal: AbortSignal,
): Promise<HeldFolder> {
  const copies: string[] = [];
  const dispose = async (): Promise<void> => {
    await Promise.all(copies.map((path) => live.tree.context.disk.remove(path)));
    await captured.dispose();
  };
  try {
    const { files, others, large, shared } = placeFiles(captured);
    for (const at of large) {
      const file = files[at];
      if (file === undefined) continue;
      const copy = copyPath(captured);
      copies.push(copy);
      await copyLarge(captured, { ...file, copy }, signal);
      files[at] = { ...file, path: copy, start: 0 };
    }
    for (const [at, first] of shared) {
      const [file, copied] = [files[at], files[first]];
      if (file !== undefined && copied !== undefined) files[at] = { ...file, path: copied.path };
    }
    return { live, captured, others, ...sortFiles(live, files), [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** Tells the files that are documents, and of these the ones that are too large to be read. */
export function sortFiles(
  { options: { fileBytesMax }, specs }: LiveDocuments,
  files: readonly HeldFile[],
): Pick<HeldFolder, "files" | "documents" | "tooLarge"> {
  const documents = assignFiles(files, specs);
  const tooLarge = documents.filter((file) => {
    const spec = specs[file.collection];
    if (file.size <= fileBytesMax || spec === undefined || isLines(spec, file.name)) return false;
    return containerForm(file, spec) === null;
  });
  if (tooLarge.length === 0) return { files, documents, tooLarge };
  const left = new Set(tooLarge);
  return { files, documents: documents.filter((file) => !left.has(file)), tooLarge };
}

function copyPath({ live, target }: CapturedTree): string {
  return `${target}.${live.context.world.newId("held")}`;
}

/** Makes a copy that is proven to be what was captured. */
async function copyLarge(
  { live }: CapturedTree,
  { raw, size, sha256, copy }: HeldFile & { readonly copy: string },
  signal: AbortSignal,
): Promise<void> {
  const input: LargeInput = { root: live.root, path: raw, size, sha256, copy };
  await live.context.hosts.run("bytes", entryModule("stores/files/large-task"), input, signal);
}
