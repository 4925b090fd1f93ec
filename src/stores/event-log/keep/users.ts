import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { SalvorError } from "../../../core/errors.ts";
import { openFiles } from "../../open-files.ts";
import type { StoreUsers } from "../../open-files.ts";
import type { ExchangeOptions } from "../../types.ts";
import { segmentAt, type LogPlace } from "../place.ts";
import { listSegments } from "./list-segments.ts";

/** Of the flags of an open file: not only for reading. */
const WRITES = 0o3;

/** The processes that have a segment open for writing. Who only reads reads on what was there. */
export function usersOf(place: LogPlace): Promise<StoreUsers> {
  const paths = new Set(listSegments(place).map(({ path }) => segmentAt(place, path)));
  return openFiles(async (target, link) => paths.has(target) && (await isWriting(link)));
}

async function isWriting(link: string): Promise<boolean> {
  const [, , pid = "", , number = ""] = link.split("/");
  const facts = await readFile(join("/proc", pid, "fdinfo", number), "utf8").catch(() => "");
  const flags = /^flags:\s*([0-7]+)/m.exec(facts)?.[1];
  return flags === undefined || (Number.parseInt(flags, 8) & WRITES) !== 0;
}

/** A process that has a segment open would go on writing into the one that was replaced. */
export async function refuseUsed(place: LogPlace, options: ExchangeOptions): Promise<void> {
  const { processes, complete } = await usersOf(place);
  if (processes.length > 0) {
    const listed = processes.map(({ pid, command }) => `process ${pid} (${command})`).join(", ");
    throw new SalvorError("STORE_BUSY", `${place.address} is being written to by ${listed}`, {
      hint: "Stop it: it would go on writing into the old file. Then run the command again.",
    });
  }
  if (complete || options.unseen) return;
  throw new SalvorError(
    "REFUSED",
    `it cannot be seen whether a process writes to ${place.address}`,
    { hint: "Make sure that nothing writes to it, and add --yes; or run as root." },
  );
}
