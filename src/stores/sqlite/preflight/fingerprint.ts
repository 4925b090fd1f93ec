import type { MainFile } from "./main-file.ts";
import type { WalFacts } from "./types.ts";

/** What tells one commit of a database from every other one, as far as bytes can. */
export function fingerprintOf({ identity, header }: MainFile, wal: WalFacts | null): string {
  const counters = header === null ? "none" : `${header.changeCounter}:${header.versionValidFor}`;
  const log =
    wal === null || wal.committedFrames === 0 ? "none" : `${wal.salts}:${wal.committedFrames}`;
  return `file ${identity} header ${counters} wal ${log}`;
}

/** The fingerprint of the same file once its -wal was taken away. */
export function withoutWal(fingerprint: string): string {
  return fingerprint.replace(/ wal .*$/, " wal none");
}
