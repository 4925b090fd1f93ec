import { readdir, readFile, readlink, stat } from "node:fs/promises";

import { systemCode } from "../../core/errors.ts";
import type { StoreUsers } from "../types.ts";
import { COMPANIONS } from "./address.ts";

const TITLE_MAX = 80;

/**
 * The processes that have a database or one of its companions open, from /proc. Our own is left
 * out. `complete` is false when a process may not be looked into, or when there is no /proc.
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
    complete: seesAll(pids) && !seen.includes("hidden"),
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

/** Mounted with `hidepid`, /proc does not even list the processes of others. */
function seesAll(pids: readonly number[]): boolean {
  return process.pid === 1 || pids.includes(1);
}

/** Program and script. What follows may be a secret, and this ends in messages and in the trail. */
async function title(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  const [program = "", script = ""] = text.split("\0");
  const words = /^[\w./][\w./-]*$/.test(script) ? [program, script] : [program];
  return words.join(" ").trim().slice(-TITLE_MAX) || "?";
}
