import type { GapKind, Separators } from "./separators.ts";

/** What becomes of one piece of a stretch: as many records as it is worth. */
export interface WrittenPiece {
  /** Where it lies in the file. */
  readonly from: number;
  readonly end: number;
  readonly texts: readonly Uint8Array[];
}

/** A stretch as it is written anew. */
export interface StretchPlan {
  readonly from: number;
  readonly to: number;
  /** The file begins, or ends, in it. */
  readonly isFirst: boolean;
  readonly isLast: boolean;
  readonly pieces: readonly WrittenPiece[];
  /** The last line ends, whatever it did before. */
  readonly endsLine: boolean;
}

/** Reads bytes of the file as it is. */
type Read = (from: number, to: number) => Uint8Array;

/**
 * The bytes of a stretch: its records, and between them what stood there wherever it was right. Of
 * what stands around a piece that goes, one separator stays.
 */
export function writeStretch(
  plan: StretchPlan,
  separators: Separators,
  { read, separator }: { readonly read: Read; readonly separator: Uint8Array | null },
): Uint8Array {
  let isBegun = !plan.isFirst;
  let usual = separator;
  const plain = (kind: GapKind): Uint8Array => {
    if (kind === "between" && usual !== null) return usual;
    // Where each record has a line of its own, the last bracket has one too.
    const isOwnLine = kind === "end" && isBegun && separator?.includes(0x0a) === true;
    return Buffer.from(`${isOwnLine ? separators.lineBefore : ""}${separators.plain[kind]}`);
  };
  let gaps: Uint8Array[] = [];
  const gapFor = (kind: GapKind): Uint8Array => {
    const right = gaps.find((gap) => separators.isRight(kind, gap));
    if (kind === "between") usual ??= right ?? null;
    return right ?? plain(kind);
  };
  const out: Uint8Array[] = [];
  let at = plan.from;
  for (const { from, end, texts } of plan.pieces) {
    gaps.push(read(at, from));
    for (const text of texts) {
      out.push(gapFor(isBegun ? "between" : "begin"), text);
      isBegun = true;
      gaps = [];
    }
    at = end;
  }
  gaps.push(read(at, plan.to));
  if (plan.isLast) out.push(...(isBegun ? [] : [gapFor("begin")]), endOf(plan, gapFor("end")));
  else out.push(gapFor(isBegun ? "between" : "begin"));
  return Buffer.concat(out);
}

function endOf({ endsLine }: StretchPlan, end: Uint8Array): Uint8Array {
  return endsLine && !end.includes(0x0a) ? Buffer.concat([end, Buffer.from("\n")]) : end;
}
