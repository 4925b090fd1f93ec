import { globPattern } from "../../glob.ts";
import type { HeldFolder } from "../held.ts";
import { globsOf } from "../survey/assign.ts";
import { isPlain } from "../survey/plain-path.ts";

/** What its owner says is there, and is not. */
export interface NamedFile {
  readonly path: string;
  /** Place of the collection that it belongs to. */
  readonly collection: number;
  readonly isFolder: boolean;
}

/** Files that a collection names, and folders that its patterns begin with, that are not there. */
export function missingFiles({
  live,
  files,
  others,
  captured,
}: Pick<HeldFolder, "live" | "files" | "others" | "captured">): readonly NamedFile[] {
  const names = new Set(files.map(({ name }) => name));
  const seen = new Set([
    ...others.map(({ path }) => path),
    ...captured.captured.troubles.map(({ path }) => path),
  ]);
  return live.specs.flatMap((spec, collection) =>
    globsOf(spec).flatMap((given): readonly NamedFile[] => {
      const glob = given.replace(/^\.\//, "");
      if (isPlain(glob)) {
        if (names.has(glob) || seen.has(glob)) return [];
        return [{ path: glob, collection, isFolder: false }];
      }
      const folder = folderOf(glob);
      const pattern = globPattern(glob);
      const hasFiles = files.some(({ name }) => pattern.test(name));
      if (folder === "" || hasFiles || seen.has(Buffer.from(folder).toString("latin1"))) return [];
      return [{ path: folder, collection, isFolder: true }];
    }),
  );
}

/** The folders that a pattern begins with. */
function folderOf(glob: string): string {
  const steps = glob.split("/").slice(0, -1);
  const fixed = steps.concat("*").findIndex((step) => !isPlain(step));
  return steps.slice(0, fixed).join("/");
}
