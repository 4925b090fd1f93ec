import { readdir, readFile, readlink, stat } from "node:fs/promises";

import { systemCode } from "../../core/errors.ts";
import type { StoreUsers } from "../types.ts";
import { COMPANIONS } from "./address.ts";

const TITLE_MAX = 80;

/** What the kernel has called the PID namespace that it began with since 3.8: it sees all others. */
const FIRST_NAMESPACE = "pid:[4026531836]";

/**
 * The processes that have a database or one of its companions open, from /proc. Our own is left
 * out. `complete` is false when a process may not be looked into, when there is no /proc, and in a
 * container: a bind mount shares the file with processes outside, and a namespace of its own hides
 * them from /proc and from /proc/locks alike. So only the host's own view counts as complete.
 */
export async function openersOf(path: string): Promise<StoreUsers> {
  const wanted = await identities(path);
  const pids = await processes();
  if (pids === null) return { processes: [], complete: false };
  const seen = await Promise.all(pids.map((pid) => look(pid, wanted)));
  return {
    processes: await Promise.all(
      pids
        .filter((_, at) => seen[at] === "open")
        .map(async (pid) => ({ pid, command: await title(pid) })),
    ),
    complete: (await seesAll()) && !seen.includes("hidden"),
  };
}

async function identities(path: string): Promise<ReadonlySet<string>> {
  const found = await Promise.all(["", ...COMPANIONS].map((ending) => identity(path + ending)));
  return new Set(found.filter((each) => each !== null));
}

async function identity(path: string): Promise<string | null> {
  try {
    const { dev, ino } = await stat(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return null;
  }
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

async function look(pid: number, wanted: ReadonlySet<string>): Promise<"open" | "not" | "hidden"> {
  const folder = `/proc/${pid}/fd`;
  try {
    for (const name of await readdir(folder)) {
      const target = await readlink(`${folder}/${name}`).catch(() => "");
      if (!target.startsWith("/")) continue;
      const found = await identity(`${folder}/${name}`);
      if (found !== null && wanted.has(found)) return "open";
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
