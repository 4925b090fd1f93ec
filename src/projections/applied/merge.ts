import { WORDS } from "./entries.ts";

const BLOCK_ENTRIES = 4096;

/** One run that is being merged, and how far. */
interface Source {
  readonly pages: Iterator<Uint32Array>;
  entries: Uint32Array;
  at: number;
}

/** Merges runs of sorted entries into one, block by block; a block is valid until the next one. */
export function* merged(runs: readonly Iterable<Uint32Array>[]): Generator<Uint32Array> {
  let sources = runs.map((pages): Source => {
    const source = { pages: pages[Symbol.iterator](), entries: new Uint32Array(), at: 0 };
    return source;
  });
  sources = sources.filter(isMoreIn);
  const block = new Uint32Array(BLOCK_ENTRIES * WORDS);
  let filled = 0;
  while (sources.length > 0) {
    const source = leastOf(sources);
    for (let word = 0; word < WORDS; word += 1) {
      block[filled + word] = source.entries[source.at + word] ?? 0;
    }
    filled += WORDS;
    source.at += WORDS;
    if (source.at >= source.entries.length) sources = sources.filter(isMoreIn);
    if (filled < block.length) continue;
    yield block;
    filled = 0;
  }
  if (filled > 0) yield block.subarray(0, filled);
}

/** Takes the next page where one is used up; false at the end of the run. */
function isMoreIn(source: Source): boolean {
  if (source.at < source.entries.length) return true;
  const next = source.pages.next();
  if (next.done === true) return false;
  source.entries = next.value;
  source.at = 0;
  return true;
}

function leastOf(sources: readonly Source[]): Source {
  let [least] = sources;
  if (least === undefined) throw new RangeError("nothing is left to merge");
  for (const source of sources) {
    if (isBefore(source, least)) least = source;
  }
  return least;
}

function isBefore(one: Source, other: Source): boolean {
  const [hi = 0, otherHi = 0] = [one.entries[one.at], other.entries[other.at]];
  if (hi !== otherHi) return hi < otherHi;
  return (one.entries[one.at + 1] ?? 0) < (other.entries[other.at + 1] ?? 0);
}
