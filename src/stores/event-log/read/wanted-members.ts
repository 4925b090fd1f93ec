import type { EventLogOptions } from "../options.ts";

/** The members of a line that reading asks for; others need not be taken out of it. */
export function wantedMembers({ envelope, checksum, chain }: EventLogOptions): readonly string[] {
  const paths = Object.values(envelope).map((path) => path.split(".")[0] ?? path);
  const digests = [checksum, chain].flatMap((each) => {
    if (each === undefined || (each === checksum && each.over === "head")) return [];
    return [each.field, ...(typeof each.over === "string" ? [] : each.over)];
  });
  return [...new Set([...paths, ...digests])];
}
