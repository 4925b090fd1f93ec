import { openSalvorOn } from "./salvor-on.ts";
import { openSession } from "./session.ts";
import type { OpenOptions, Salvor } from "./types.ts";

/**
 * Opens Salvor on a salvor.yaml: a method for each command, each resolving to exactly the command's
 * `--json` document. State, repository and threads are opened, and even the code of a command is
 * read, when they are first needed; dispose it.
 *
 * @throws {SalvorError} CONFIG_MISSING, CONFIG_INVALID, CONFIG_UNTRUSTED.
 */
export async function openSalvor(options: OpenOptions = {}): Promise<Salvor> {
  return openSalvorOn(await openSession(options));
}
