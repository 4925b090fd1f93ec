/** Numbers that look random and are the same each time for one seed. */
export interface Random {
  /** An integer in `0..below-1`. */
  below(below: number): number;
  /** One of the items, which may not be empty. */
  pick<T>(items: readonly T[]): T;
  bytes(size: number): Buffer;
}

/** Mulberry32: 32 bits of state, good enough to choose where a test breaks things. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    below,
    pick: (items) => {
      const item = items[below(items.length)];
      if (item === undefined) throw new RangeError("there is nothing to pick from");
      return item;
    },
    bytes: (size) => {
      const bytes = Buffer.alloc(size);
      for (let at = 0; at < size; at += 1) bytes[at] = below(256);
      return bytes;
    },
  };
}
