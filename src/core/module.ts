import { getCompileCacheDir } from "node:module";
import { dirname, extname } from "node:path";

/**
 * The URL of a module that runs in a thread or a process of its own, by its path below the root of
 * the program without its extension: "stores/host/main". The root is `src` in development and
 * `dist` when built. This file lies one folder below either, also where a build puts its code
 * (`dist/chunks`), so that nobody's own place matters.
 */
export function entryModule(path: string): URL {
  return new URL(`../${path}${extname(import.meta.url)}`, import.meta.url);
}

/** The variable that lets a child process keep what it compiled where this one does, if it does. */
export function compileCache(): Readonly<Record<string, string>> {
  const folder = getCompileCacheDir(); // that of this version of Node, below the one to be named
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: dirname(folder) };
}
