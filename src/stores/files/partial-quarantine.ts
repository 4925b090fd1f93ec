import type { Log } from "../../core/log.ts";
import type { Quarantine } from "../types.ts";

/** Begins the fingerprint of a quarantine that lacks what could not be read. */
const PARTIAL = "partial:";

/** The fingerprint of a quarantine; what it lacks is said aloud. */
export function quarantineFingerprint(
  log: Log,
  address: string,
  { fingerprint, missed }: { readonly fingerprint: string; readonly missed: readonly string[] },
): string {
  if (missed.length === 0) return fingerprint;
  log.warn(`what could not be read of ${address} is not in quarantine`, {
    missed: missed.join(", "),
  });
  return PARTIAL + fingerprint;
}

/** Did the quarantine get all of it? */
export function isPartial({ fingerprint }: Quarantine): boolean {
  return fingerprint.startsWith(PARTIAL);
}

/** The fingerprint of what lived there when it was put in quarantine. */
export function liveFingerprint({ fingerprint }: Quarantine): string {
  return fingerprint.startsWith(PARTIAL) ? fingerprint.slice(PARTIAL.length) : fingerprint;
}
