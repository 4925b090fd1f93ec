// Where leaves and nodes end follows from keys alone, so that equal content has equal leaves
// whatever its history, and one insert moves one boundary and not all of them.

/** FNV-1a's start for 32 bits. */
export const FNV_START = 0x811c9dc5 | 0;
/** FNV-1a's factor for 32 bits. */
export const FNV_FACTOR = 0x01000193;

/** MurmurHash3's last step: spreads FNV's weak low bits over the word. */
export function fmix32(hash: number): number {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** The hash of a key that boundaries go by: fmix32(FNV-1a(key)), unsigned 32 bits. */
export function boundaryHash(key: Uint8Array): number {
  let hash = FNV_START;
  for (const byte of key) hash = Math.imul(hash ^ byte, FNV_FACTOR);
  return fmix32(hash);
}

/** The highest level whose nodes can end: the level above takes everything that is left. */
const LEVEL_MAX = 3;

/**
 * Does a run end after a key with this hash? Level 0 are the leaves (256 rows on average), level n
 * the nodes n above them; each level asks for eight more low zero bits, of 32 in all.
 */
export function endsRun(level: number, hash: number): boolean {
  return level <= LEVEL_MAX && (hash & (0xffffffff >>> (24 - 8 * level))) === 0;
}
