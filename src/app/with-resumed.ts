import type { RunDocument } from "./run-document.ts";

const KEPT: ReadonlySet<RunDocument["status"]> = new Set(["succeeded", "failed"]);

/**
 * A run, and what interrupted ones have cost that the same command has ended before: whoever waited
 * for them is gone, so nobody else would be told. Null when there is neither.
 */
export function withResumed(
  resumed: readonly RunDocument[],
  run: RunDocument | null,
): RunDocument | null {
  const all = [...resumed.filter(({ status }) => KEPT.has(status)), ...(run === null ? [] : [run])];
  const last = all.at(-1);
  if (last === undefined || all.length === 1) return last ?? null;
  const latest = <Told>(of: (each: RunDocument) => Told | null): Told | null =>
    all.map(of).findLast((told) => told !== null) ?? null;
  return {
    ...last,
    subject: [...new Set(all.flatMap(({ subject }) => subject))].toSorted(),
    losses: all.flatMap(({ losses }) => losses),
    proofs: all.flatMap(({ proofs }) => proofs),
    amended: all.flatMap(({ amended }) => amended),
    rebuilt: all.flatMap(({ rebuilt }) => rebuilt),
    rpoMs: latest(({ rpoMs }) => rpoMs),
    quarantine: latest(({ quarantine }) => quarantine),
    restoredFrom: latest(({ restoredFrom }) => restoredFrom),
    proof: latest(({ proof }) => proof),
  };
}
