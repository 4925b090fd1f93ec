import { looseTokens } from "../repair/tokens.ts";

const REPLACED = Buffer.from("\ufffd");

/**
 * Does what is left of a damaged document hold a token that its good version has not? Then it was
 * changed after the snapshot, and the change goes with the damage.
 *
 * @param rest sound JSON, made of tokens of the damaged document only.
 */
export function holdsNewer(rest: Uint8Array, version: Uint8Array): boolean {
  const known = new Map<string, number>();
  for (const token of tokensOf(version)) known.set(token, (known.get(token) ?? 0) + 1);
  for (const token of tokensOf(rest)) {
    const times = known.get(token) ?? 0;
    if (times === 0) return true;
    known.set(token, times - 1);
  }
  return false;
}

function* tokensOf(bytes: Uint8Array): Generator<string> {
  for (const { at, end } of looseTokens(bytes)) {
    const token = Buffer.from(bytes.subarray(at, end));
    if (!token.includes(REPLACED)) yield token.toString("latin1");
  }
}
