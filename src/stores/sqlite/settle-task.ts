import { constants } from "node:fs";
import { access, chmod, copyFile, rm, stat } from "node:fs/promises";

import { SalvorError, systemCode } from "../../core/errors.ts";
import { diskError } from "../../core/disk.ts";
import type { HostTask } from "../host/messages.ts";
import { CONTENT_COMPANIONS } from "./address.ts";

/** A database that nobody has open, and where its copy goes. */
export interface SettleInput {
  readonly path: string;
  /** The copy's name; its companions are named after it. Must not exist. */
  readonly target: string;
  /** Leave out a folder that has the database's name, instead of refusing it. */
  readonly skipFolder?: boolean;
}

const ATTEMPTS_MAX = 5;
const NAMES = ["", ...CONTENT_COMPANIONS];

/**
 * Copies database, -wal and -journal as bytes, until nothing changed while they were copied. This
 * process never has the database open with the engine.
 *
 * @returns the names of what was copied, as endings: `""`, `-wal`, `-journal`.
 */
export const task: HostTask<SettleInput, readonly string[]> = async (input) => {
  const { path, target } = input;
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    const before = await look(input);
    await Promise.all(before.map(({ ending }) => copy(path + ending, target + ending)));
    if (JSON.stringify(await look(input)) === JSON.stringify(before)) {
      return before.map(({ ending }) => ending);
    }
    await Promise.all(NAMES.map((ending) => rm(target + ending, { force: true })));
  }
  throw new SalvorError("STORE_BUSY", `${path} changed each time that it was copied`, {
    hint: "Stop the program that writes to it for a moment, and run the command again.",
  });
};

/** Names, sizes and times: what betrays a change. Absent files are left out. */
async function look(input: SettleInput): Promise<readonly { ending: string; facts: string }[]> {
  const found = await Promise.all(NAMES.map((ending) => facts(input, ending)));
  return found.filter((each) => each !== null);
}

async function facts(
  { path, skipFolder = false }: SettleInput,
  ending: string,
): Promise<{ ending: string; facts: string } | null> {
  try {
    const found = await stat(path + ending, { bigint: true });
    if (skipFolder && found.isDirectory()) return null;
    const { ino, size, mtimeNs, ctimeNs } = found;
    return { ending, facts: `${ino} ${size} ${mtimeNs} ${ctimeNs}` };
  } catch (error) {
    if (systemCode(error) === "ENOENT") return null;
    throw diskError(path + ending, error);
  }
}

async function copy(from: string, to: string): Promise<void> {
  try {
    await copyFile(from, to, constants.COPYFILE_FICLONE);
    await chmod(to, 0o600);
  } catch (error) {
    // A journal may go away between the look and the copy; the second look tells.
    if (systemCode(error) === "ENOENT") return;
    const isReadable = await access(from, constants.R_OK).then(
      () => true,
      () => false,
    );
    const isFolder = systemCode(error) === "EISDIR";
    throw diskError(isReadable && !isFolder ? to : from, error);
  }
}
