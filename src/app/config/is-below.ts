import { sep } from "node:path";

/** Whether an absolute path lies in a folder, or in one of its folders. */
export function isBelow(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);
}
