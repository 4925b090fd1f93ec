import { readlink, realpath } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";

/** More links in a row are a circle. */
const LINKS_MAX = 40;

/** Where a path leads, all links followed; also one where nothing lies yet, such as a new state's. */
export async function realPath(path: string, linksMax = LINKS_MAX): Promise<string> {
  const found = await realpath(path).catch(() => null);
  if (found !== null) return found;
  const folder = dirname(path);
  if (folder === path) return path;
  const link = linksMax > 0 ? await readlink(path).catch(() => null) : null;
  const above = await realPath(folder, linksMax);
  return link === null ? join(above, basename(path)) : realPath(resolve(above, link), linksMax - 1);
}
