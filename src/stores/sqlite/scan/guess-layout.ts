import { allocateFacts, factsIn } from "./facts.ts";
import { Flaw, Kind } from "./kinds.ts";
import { PageCheck } from "./page-check.ts";
import { PageReader } from "./page-reader.ts";
import { type PageSource, UNKNOWN } from "./page-source.ts";

/** How a database is cut. */
export interface Layout {
  readonly pageSize: number;
  readonly reservedBytes: number;
}

const PAGE_SIZES = [512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536] as const;
/** What extensions reserve: nothing, a checksum, an encryption's nonce and seal. */
const RESERVED = [0, 8, 12, 16, 20, 28, 32, 48, 64, 80] as const;
const SAMPLES_MAX = 60;

/**
 * Votes on the page size of a file whose header does not tell: at the true one, pages of b-trees are
 * sound to the last byte, and at any other hardly one is. Of equal ones the first wins.
 */
export function guessLayout(path: string, size: number): Layout {
  let best: Layout = { pageSize: 4096, reservedBytes: 0 };
  let most = 0;
  for (const pageSize of PAGE_SIZES) {
    for (const reservedBytes of RESERVED) {
      if (pageSize > size || pageSize - reservedBytes < 480) continue;
      const share = soundShare(path, size, { pageSize, reservedBytes });
      if (share <= most) continue;
      most = share;
      best = { pageSize, reservedBytes };
    }
  }
  return best;
}

/** The share of sampled pages that are sound pages of b-trees with cells. */
function soundShare(path: string, size: number, { pageSize, reservedBytes }: Layout): number {
  const pageCount = Math.floor(size / pageSize);
  const usable = pageSize - reservedBytes;
  const source: PageSource = { ...UNKNOWN, path, pageSize, usable, pageCount };
  const samples = Math.min(SAMPLES_MAX, pageCount);
  const facts = factsIn(allocateFacts(1), 1);
  const check = new PageCheck(source, facts, { spill: () => {} });
  using reader = new PageReader(source);
  const bytes = reader.buffer();
  let sound = 0;
  for (let sample = 0; sample < samples; sample++) {
    const page = 1 + Math.floor((sample * pageCount) / samples);
    reader.read(page, 1, bytes);
    // Page 1 has the header that is in doubt; all are judged as if they came later.
    check.check(bytes, 0, 0);
    const kind = facts.kind[0];
    const isTree = kind !== Kind.zero && kind !== Kind.other && (facts.cells[0] ?? 0) > 0;
    if (isTree && facts.flaw[0] === Flaw.none) sound++;
  }
  return sound / samples;
}
