import { chmodSync, lstatSync, readdirSync, rmdirSync, unlinkSync } from "node:fs";

import { diskError } from "../../core/disk.ts";
import { systemCode } from "../../core/errors.ts";
import { nameIn, placeOf, showPath, type RawPath } from "./raw-path.ts";

/**
 * Removes a tree whatever its names are spelled in, and no error when it is gone already. Follows no
 * link. (Node's own removal gives up on names that are not UTF-8.)
 *
 * @param spares what it must leave, with the folders above it.
 * @returns false when something was left.
 */
export function removeTree(
  root: string,
  spares: (path: RawPath) => boolean = () => false,
): boolean {
  try {
    return removeEntry(root, "", spares);
  } catch (error) {
    throw diskError(root, error);
  }
}

/** Removes a path below a root, and all below it; no error when it is gone already. */
export function removeBelow(root: string, path: RawPath): void {
  removeEntry(root, path, () => false);
}

function removeEntry(root: string, path: RawPath, spares: (path: RawPath) => boolean): boolean {
  if (spares(path)) return false;
  const place = placeOf(root, path);
  try {
    if (!lstatSync(place).isDirectory()) {
      unlinkSync(place);
      return true;
    }
    const isEmptied = namesIn(place)
      .map((name) => removeEntry(root, path === "" ? name : `${path}/${name}`, spares))
      .every(Boolean);
    if (isEmptied) rmdirSync(place);
    return isEmptied;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return true;
    throw diskError(`${root}/${showPath(nameIn(path))}`, error);
  }
}

/** A folder that its owner may not write to is still the owner's. */
function namesIn(place: string | Buffer): readonly RawPath[] {
  chmodSync(place, 0o700);
  return readdirSync(place, { encoding: "latin1" });
}
