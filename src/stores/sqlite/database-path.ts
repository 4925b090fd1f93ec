import { lstatSync, readlinkSync, realpathSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** More links in a row are a circle. */
const LINKS_MAX = 40;

/**
 * Where a database really lies. The engine follows a link and keeps -wal and -journal beside the
 * file that it leads to: whoever looked for them beside the link would miss committed transactions,
 * and a rename would replace the link. The way to the last link's folder stays as it was written.
 */
export function databasePath(path: string): string {
  let at = resolve(path);
  for (let links = 0; links < LINKS_MAX && isLink(at); links += 1) {
    // A link is relative to the folder that it really lies in.
    at = resolve(realpathSync(dirname(at)), readlinkSync(at));
  }
  return at;
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false; // what may not be looked at is told by whoever opens it
  }
}
