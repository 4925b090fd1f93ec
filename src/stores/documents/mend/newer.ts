import { looseTokens } from "../repair/tokens.ts";

/** A document that a good version takes the place of. */
export interface Replaced {
  /** As it lay there. */
  readonly damaged: Uint8Array;
  /** What could be read of it, as sound JSON. */
  readonly rest: Uint8Array;
}

/**
 * Does what is left of a damaged document hold a token that its good version has not? Then it was
 * changed after the snapshot, and the change goes with the damage. A token that the repair has
 * altered says nothing.
 */
export function holdsNewer({ damaged, rest }: Replaced, version: Uint8Array): boolean {
  const known = countsOf(version);
  const seen = countsOf(damaged);
  for (const token of tokensOf(rest)) {
    if (!take(seen, token)) continue;
    if (!take(known, token)) return true;
  }
  return false;
}

function take(counts: Map<string, number>, token: string): boolean {
  const times = counts.get(token) ?? 0;
  counts.set(token, times - 1);
  return times > 0;
}

function countsOf(bytes: Uint8Array): Map<string, number> {
  const counts = new Map<string, number>();
  for (const token of tokensOf(bytes)) counts.set(token, (counts.get(token) ?? 0) + 1);
  return counts;
}

function* tokensOf(bytes: Uint8Array): Generator<string> {
  for (const { at, end } of looseTokens(bytes))
    yield Buffer.from(bytes.subarray(at, end)).toString("latin1");
}
