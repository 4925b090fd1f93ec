import { readdir, readFile, readlink } from "node:fs/promises";

import { systemCode } from "../core/errors.ts";

const TITLE_MAX = 80;

/** What the kernel has called the PID namespace that it began with since 3.8: it sees all others. */
const FIRST_NAMESPACE = "pid:[4026531836]";

/** Who has a store open. */
export interface StoreUsers {
  readonly processes: readonly { readonly pid: number; readonly command: string }[];
  /** False when some processes of this host cannot be looked into, or none at all. */
  readonly complete: boolean;
}

/** Is this the file that is meant? `target` is its path, `link` what /proc has for it. */
export type FileQuestion = (target: string, link: string) => Promise<boolean>;

/**
 * The processes that have certain files open, from /proc. Our own is left out. `complete` is false
 * when a process may not be looked into, when there is no /proc, and in a container: a bind mount
 * shares the file with processes outside, and a namespace of its own hides them from /proc and from
 * /proc/locks alike. So only the host's own view counts as complete.
 */
export async function openFiles(isMeant: FileQuestion): Promise<StoreUsers> {
  const pids = await processes();
  if (pids === null) return { processes: [], complete: false };
  const seen = await Promise.all(pids.map((pid) => look(pid, isMeant)));
  return {
    processes: await Promise.all(
      pids
        .filter((_, at) => seen[at] === "open")
        .map(async (pid) => ({ pid, command: await title(pid) })),
    ),
    complete: (await seesAll()) && !seen.includes("hidden"),
  };
}

async function processes(): Promise<readonly number[] | null> {
  try {
    const names = await readdir("/proc");
    return names
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => pid !== process.pid);
  } catch {
    return null;
  }
}

async function look(pid: number, isMeant: FileQuestion): Promise<"open" | "not" | "hidden"> {
  const folder = `/proc/${pid}/fd`;
  try {
    for (const name of await readdir(folder)) {
      const target = await readlink(`${folder}/${name}`).catch(() => "");
      if (!target.startsWith("/")) continue;
      if (await isMeant(target, `${folder}/${name}`)) return "open";
    }
    return "not";
  } catch (error) {
    return ["EACCES", "EPERM"].includes(systemCode(error) ?? "") ? "hidden" : "not";
  }
}

/**
 * /proc shows the namespace of its own process 1, whichever ours is. Mounted with `hidepid`, or to a
 * user who may not look into that one, it does not tell.
 */
async function seesAll(): Promise<boolean> {
  return (await readlink("/proc/1/ns/pid").catch(() => "")) === FIRST_NAMESPACE;
}

/** Program and script. What follows may be a secret, and this ends in messages and in the trail. */
async function title(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  const [program = "", script = ""] = text.split("\0");
  const words = /^[\w./][\w./-]*$/.test(script) ? [program, script] : [program];
  return words.join(" ").trim().slice(-TITLE_MAX) || "?";
}
