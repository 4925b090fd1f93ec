import type { RecordVersion } from "./record-versions.ts";

/** More candidates than this are not told apart. */
const CANDIDATES_MAX = 200;

/**
 * Those of the candidates of which enough lies in damaged bytes to tell them from each other and
 * from the rest of `all`: their beginnings, as long as another record begins alike and a byte more.
 */
export function standsIn(
  pieces: readonly Buffer[],
  candidates: readonly RecordVersion[],
  all: readonly RecordVersion[],
): readonly RecordVersion[] {
  if (all.length > CANDIDATES_MAX) return [];
  return candidates.filter((candidate) => {
    const { text } = candidate;
    const alike = all.map((other) => (other === candidate ? 0 : sharedLength(text, other.text)));
    const head = text.subarray(0, Math.max(...alike) + 1);
    return head.length < text.length && pieces.some((piece) => piece.includes(head));
  });
}

function sharedLength(a: Uint8Array, b: Uint8Array): number {
  const end = Math.min(a.length, b.length);
  let at = 0;
  while (at < end && a[at] === b[at]) at++;
  return at;
}
