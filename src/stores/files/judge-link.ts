import { readlinkSync, statSync } from "node:fs";

import { systemCode } from "../../core/errors.ts";
import type { Observation } from "../../core/finding.ts";
import type { Found } from "./found.ts";
import { observe } from "./observe.ts";
import { parentOf, placeOf, rawOf, showPath, type RawPath } from "./raw-path.ts";

/** Does a symbolic link lead somewhere, and stay in the tree? */
export function judgeLink(root: string, { path }: Found): Observation[] {
  const file = showPath(path);
  let shown = "";
  try {
    const place = placeOf(root, path);
    const target = readlinkSync(place, { encoding: "latin1" });
    shown = showPath(target);
    if (!staysIn(root, path, target)) {
      return [observe("files.link.outside", `${file} leads to ${shown}`, { file }, shown)];
    }
    if (statSync(place, { throwIfNoEntry: false }) !== undefined) return [];
    return [leadsNowhere(file, shown)];
  } catch (error) {
    const code = systemCode(error);
    if (code === null) throw error;
    if (code === "ELOOP")
      return [observe("files.link.dangling", `${file} leads back to itself`, { file })];
    return NOWHERE.has(code) ? [leadsNowhere(file, shown)] : [];
  }
}

/** There can be nothing: what stands before it is no folder, or no name is so long. */
const NOWHERE: ReadonlySet<string> = new Set(["ENAMETOOLONG", "ENOTDIR"]);

function leadsNowhere(file: string, shown: string): Observation {
  const description = `${file} leads to ${shown}, where there is nothing`;
  return observe("files.link.dangling", description, { file }, shown);
}

/** As far as the names tell: what other links on the way do is theirs. */
function staysIn(root: string, path: RawPath, target: RawPath): boolean {
  const top = rawOf(Buffer.from(root));
  const isAbsolute = target.startsWith("/");
  if (isAbsolute && target !== top && !target.startsWith(`${top}/`)) return false;
  const way = isAbsolute ? target.slice(top.length) : `${parentOf(path) ?? ""}/${target}`;
  let depth = 0;
  for (const name of way.split("/")) {
    if (name === "" || name === ".") continue;
    depth += name === ".." ? -1 : 1;
    if (depth < 0) return false;
  }
  return true;
}
