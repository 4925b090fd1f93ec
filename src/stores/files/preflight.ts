import type { Disk } from "../../core/disk.ts";
import type { Observation } from "../../core/finding.ts";
import { observe } from "./observe.ts";

/** Is there a folder at all? */
export async function preflightTree(disk: Disk, root: string): Promise<readonly Observation[]> {
  const found = await disk.stat(root);
  if (found === null) return [observe("files.root.missing", `${root} does not exist`, {})];
  if (found.kind === "folder") return [];
  const kind = found.kind === "other" ? "neither file nor folder" : `a ${found.kind}`;
  return [observe("files.root.kind", `${root} is ${kind}`, {})];
}
