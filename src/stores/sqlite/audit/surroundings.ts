import { stat } from "node:fs/promises";
import { dirname } from "node:path";

import type { Observation } from "../../../core/finding.ts";
import { openersOf } from "../openers.ts";
import type { Preflight } from "../preflight.ts";

const OTHERS_WRITE = 0o002;
const STICKY = 0o1000;

/** What is right with the database itself, and still somebody should know of. */
export async function surroundingsOf(preflight: Preflight): Promise<readonly Observation[]> {
  const { path, mode } = preflight;
  const folder = dirname(path);
  return [
    ...((mode & OTHERS_WRITE) === 0 ? [] : [openToOthers("sqlite.file.open-to-others", path)]),
    ...((await isOpenFolder(folder)) ? [openToOthers("sqlite.folder.open-to-others", folder)] : []),
    ...(await leftWal(preflight)),
  ];
}

/** In a folder like /tmp, where the sticky bit stands, nobody can take another one's file away. */
async function isOpenFolder(folder: string): Promise<boolean> {
  try {
    const { mode } = await stat(folder);
    return (mode & OTHERS_WRITE) !== 0 && (mode & STICKY) === 0;
  } catch {
    return false;
  }
}

function openToOthers(code: string, path: string): Observation {
  return {
    code,
    title: "Anybody on this host may change the database",
    description: `${path} may be written by every user of this host`,
    severity: "low",
    category: "permission",
    location: { file: path },
    evidence: "",
    remedies: ["check-permissions"],
  };
}

/** While a program has the database open, a -wal is nothing to tell of. */
async function leftWal({ path, wal }: Preflight): Promise<readonly Observation[]> {
  if (wal === null || wal.committedFrames === 0) return [];
  const { processes } = await openersOf(path);
  if (processes.length > 0) return [];
  return [
    {
      code: "sqlite.wal.unmerged",
      title: "Commits lie beside the database",
      description:
        `${path}-wal holds ${wal.committedFrames} committed pages, and no process was seen that ` +
        `uses them: a copy of ${path} alone would lose them`,
      severity: "info",
      category: "structure",
      location: { file: `${path}-wal` },
      evidence: `${wal.committedFrames} frames`,
      remedies: [],
    },
  ];
}
