import { globPattern } from "../../glob.ts";
import type { HeldFolder } from "../held.ts";
import { globsOf } from "../survey/assign.ts";
import { fixedFolder, isPlain } from "../survey/plain-path.ts";
import { obstaclesIn } from "./obstacles.ts";

/** What its owner says is there, and is not. */
export interface NamedFile {
  readonly path: string;
  /** Place of the collection that it belongs to. */
  readonly collection: number;
  readonly isFolder: boolean;
}

/**
 * Files that a collection names, and folders that its patterns begin with, that are not there. What
 * would lie behind an obstacle is not missing: it cannot be told.
 */
export function missingFiles(folder: HeldFolder): readonly NamedFile[] {
  const obstacles = obstaclesIn(folder);
  return namedAndMissing(folder).filter(
    ({ path }) => !obstacles.some((each) => `${path}/`.startsWith(`${each.path}/`)),
  );
}

function namedAndMissing({ live, files, others, captured }: HeldFolder): readonly NamedFile[] {
  const named = new Set(live.specs.flatMap(globsOf).filter(isPlain).map(plainPath));
  const names = new Set(files.flatMap(({ name }) => (named.has(name) ? [name] : [])));
  const seen = new Set([
    ...others.map(({ path }) => path),
    ...captured.captured.troubles.map(({ path }) => path),
    ...captured.captured.specials,
  ]);
  return live.specs.flatMap((spec, collection) =>
    globsOf(spec).flatMap((given): readonly NamedFile[] => {
      const glob = plainPath(given);
      if (isPlain(glob)) {
        if (names.has(glob) || seen.has(glob)) return [];
        return [{ path: glob, collection, isFolder: false }];
      }
      const folder = fixedFolder(glob);
      const pattern = globPattern(glob);
      const hasFiles = files.some(({ name }) => pattern.test(name));
      if (folder === "" || hasFiles || seen.has(Buffer.from(folder).toString("latin1"))) return [];
      return [{ path: folder, collection, isFolder: true }];
    }),
  );
}

function plainPath(glob: string): string {
  return glob.replace(/^\.\//, "");
}
