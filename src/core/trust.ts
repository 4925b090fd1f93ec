import type { Stats } from "node:fs";

import { SalvorError } from "./errors.ts";

const WRITE_BY_GROUP_OR_OTHERS = 0o022;

/**
 * Refuses a file that tells us what to do, and that others than its user or root may write to.
 *
 * @param instead what can be done beside mending it; null for nothing.
 * @throws {SalvorError} CONFIG_UNTRUSTED
 */
export function refuseUntrusted(
  file: string,
  { uid, mode }: Pick<Stats, "uid" | "mode">,
  instead: string | null = null,
): void {
  const me = process.getuid?.();
  if (me === undefined) return; // a system without owners
  if (uid !== me && uid !== 0) {
    const reason = `belongs to user ${uid}, not to you (${me}) or root`;
    throw untrusted(file, reason, instead ?? `Make it your own: chown ${me} ${file}`);
  }
  if ((mode & WRITE_BY_GROUP_OR_OTHERS) !== 0) {
    const mend = `ake the right away: chmod go-w ${file}`;
    const hint = instead === null ? `T${mend}` : `${instead} Or t${mend}`;
    throw untrusted(file, "can be written by others", hint);
  }
}

function untrusted(file: string, reason: string, hint: string): SalvorError {
  return new SalvorError("CONFIG_UNTRUSTED", `${file} is not trusted: it ${reason}`, { hint });
}
