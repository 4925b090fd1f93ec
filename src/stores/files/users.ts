import { SalvorError } from "../../core/errors.ts";
import { openFiles } from "../open-files.ts";
import type { StoreUsers } from "../open-files.ts";
import type { ExchangeOptions } from "../types.ts";

/** The processes that have a file of a tree open. */
export function usersOf(root: string): Promise<StoreUsers> {
  return openFiles(async (target) => target === root || target.startsWith(`${root}/`));
}

/** A process that has a file of the old tree open would go on writing into that. */
export async function refuseUsed(root: string, options: ExchangeOptions): Promise<void> {
  refuseUsers(root, await usersOf(root), options);
}

/** The same for users that were looked for already. */
export function refuseUsers(
  root: string,
  { processes, complete }: StoreUsers,
  options: ExchangeOptions,
): void {
  if (processes.length > 0) {
    const listed = processes.map(({ pid, command }) => `process ${pid} (${command})`).join(", ");
    throw new SalvorError("STORE_BUSY", `files of ${root} are open in ${listed}`, {
      hint: "Stop it: it would go on writing into the old files. Then run the command again.",
    });
  }
  if (complete || options.unseen) return;
  throw new SalvorError(
    "REFUSED",
    `it cannot be seen whether a process has files of ${root} open`,
    {
      hint: "Make sure that nothing uses it, and add --yes; or run as root.",
    },
  );
}
