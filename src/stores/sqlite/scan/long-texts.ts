import { RecordColumns } from "../format/record-columns.ts";
import { headerOf, readCell } from "./cells.ts";
import { type Claims, Role, Trouble } from "./claims.ts";
import type { ScanControl } from "./control.ts";
import type { PageFacts } from "./facts.ts";
import { isLeafKind } from "./kinds.ts";
import type { PageReader } from "./page-reader.ts";
import { SPILL_NUMBERS } from "./spills.ts";
import { isUtf8At } from "./text-check.ts";

/** Longer records are judged by their first page alone: one record is held in memory at a time. */
const PAYLOAD_MAX = 16 * 1024 * 1024;
const COLUMNS_MAX = 2000;

/** What judging long texts needs. */
export interface LongTexts {
  readonly spills: readonly Uint32Array[];
  readonly facts: PageFacts;
  readonly claims: Claims;
  readonly control: ScanControl;
}

/**
 * Judges texts that go on on overflow pages. Nearly all of those pages are whole UTF-8, as their facts
 * tell; only where one is not (a blob beside the text, old bytes behind its end) is the record read.
 */
export function judgeLongTexts(
  reader: PageReader,
  { spills, facts, claims, control }: LongTexts,
): void {
  if (reader.source.encoding !== "utf-8") return;
  const columns = new RecordColumns(COLUMNS_MAX);
  const page = reader.buffer();
  let loaded = 0;
  for (const list of spills) {
    for (let at = 0; at < list.length && !control.isStopped; at += SPILL_NUMBERS) {
      const [holder = 0, cell = 0, first = 0, pages = 0, hasText] = list.subarray(at);
      const isSound = claims.role[holder] === Role.tree && claims.trouble[holder] === Trouble.none;
      if (hasText !== 1 || !isSound || !isInDoubt(facts, claims, first, pages)) continue;
      if (loaded !== holder) reader.read(holder, 1, page);
      loaded = holder;
      if (!isLeafKind(page[headerOf(holder)] ?? 0)) continue;
      const found = readCell(reader, facts, { bytes: page, page: holder, cell }, PAYLOAD_MAX);
      if (found === null || areTexts(columns, found.payload)) continue;
      if (facts.badTexts[holder] === 0) facts.badTextAt[holder] = cell;
      facts.badTexts[holder] = Math.min(255, (facts.badTexts[holder] as number) + 1);
    }
  }
}

/** A page of the chain is not whole UTF-8; of a broken chain something else is said. */
function isInDoubt(facts: PageFacts, claims: Claims, first: number, pages: number): boolean {
  let isDoubtful = false;
  let next = first;
  for (let count = 0; count < pages; count++) {
    if (claims.role[next] !== Role.overflow || claims.trouble[next] !== Trouble.none) return false;
    isDoubtful ||= facts.badTexts[next] !== 0;
    next = facts.next[next] as number;
  }
  return isDoubtful;
}

function areTexts(columns: RecordColumns, payload: Uint8Array): boolean {
  if (!columns.read(payload, 0, payload.length)) return true;
  for (let column = 0; column < columns.count; column++) {
    const serial = columns.serials[column] as number;
    const start = columns.starts[column] as number;
    if (serial < 13 || serial % 2 === 0) continue;
    if (!isUtf8At(payload, start, start + (serial - 13) / 2)) return false;
  }
  return true;
}
