import type { HeldFolder } from "../held.ts";
import { globsOf } from "../survey/assign.ts";
import { fixedFolder, isPlain } from "../survey/plain-path.ts";

/** Something that is no folder where the files of a collection lie. */
export interface Obstacle {
  readonly path: string;
  readonly kind: string;
  /** Place of the collection. */
  readonly collection: number;
}

/** What a name that stands for no file, folder or link is called. */
export const SPECIAL = "socket, a pipe or a device";

/**
 * Links, files and the like in the place of a collection's folders. They are not followed: what they
 * lead to is no part of the store, and nothing is ever written there.
 */
export function obstaclesIn({ live, files, others, captured }: HeldFolder): readonly Obstacle[] {
  const wanted = live.specs.map((spec) => new Set(globsOf(spec).flatMap(foldersOf)));
  if (wanted.every(({ size }) => size === 0)) return [];
  const isWanted = (path: string): boolean => wanted.some((folders) => folders.has(path));
  const found = [
    ...files.filter(({ name }) => isWanted(name)).map(({ name }) => ({ path: name, kind: "file" })),
    ...others
      .filter(({ kind }) => kind !== "folder")
      .map(({ path, kind }) => ({ path: textOf(path), kind })),
    ...captured.captured.specials.map((path) => ({ path: textOf(path), kind: SPECIAL })),
  ];
  return found.flatMap(({ path, kind }) =>
    wanted.flatMap((folders, collection) =>
      folders.has(path) ? [{ path, kind, collection }] : [],
    ),
  );
}

/** Places of the collections that have something in their way, or in the place of a named file. */
export function blindSpecs(folder: HeldFolder): ReadonlySet<number> {
  const { live, others, captured } = folder;
  const taken = new Set(
    [...others.map(({ path }) => path), ...captured.captured.specials].map(textOf),
  );
  const named = live.specs.flatMap((spec, at) =>
    globsOf(spec).some((glob) => isPlain(glob) && taken.has(glob.replace(/^\.\//, ""))) ? [at] : [],
  );
  return new Set([...obstaclesIn(folder).map(({ collection }) => collection), ...named]);
}

/** Every folder that a pattern goes through before its first wildcard. */
function foldersOf(glob: string): readonly string[] {
  const path = glob.replace(/^\.\//, "");
  const folder = isPlain(path) ? path.split("/").slice(0, -1).join("/") : fixedFolder(path);
  const steps = folder === "" ? [] : folder.split("/");
  return steps.map((_, at) => steps.slice(0, at + 1).join("/"));
}

function textOf(path: string): string {
  return Buffer.from(path, "latin1").toString();
}
