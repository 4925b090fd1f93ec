import type { PageFacts } from "./facts.ts";
import { isLeafKind, isTableKind, Kind } from "./kinds.ts";
import { fourBytes, twoBytes } from "./big-endian.ts";
import type { PageReader } from "./page-reader.ts";

/** A cell of a page whose bytes are here. */
export interface CellPlace {
  readonly bytes: Uint8Array;
  readonly page: number;
  readonly cell: number;
}

/** One cell, put together from all its pages. */
export interface WholeCell {
  readonly rowid: bigint | null;
  readonly payload: Uint8Array;
}

/** Where the header of a b-tree page begins. */
export function headerOf(page: number): number {
  return page === 1 ? 100 : 0;
}

/** A number of up to nine bytes, and where it ends. */
export function varintAt(bytes: Uint8Array, start: number): { value: bigint; end: number } {
  let value = 0;
  for (let at = start; at < start + 7; at++) {
    const byte = bytes[at] ?? 0;
    value = value * 128 + (byte & 127);
    if (byte < 128) return { value: BigInt(value), end: at + 1 };
  }
  const eighth = bytes[start + 7] ?? 0;
  const most = (BigInt(value) << 7n) | BigInt(eighth & 127);
  if (eighth < 128) return { value: BigInt.asIntN(64, most), end: start + 8 };
  const all = (most << 8n) | BigInt(bytes[start + 8] ?? 0);
  return { value: BigInt.asIntN(64, all), end: start + 9 };
}

/** Where a cell begins, or null when its pointer leads nowhere. */
export function cellStart({ bytes, page, cell }: CellPlace, usable: number): number | null {
  const start = headerOf(page);
  const pointers = start + (isLeafKind(bytes[start] ?? 0) ? 8 : 12);
  if (pointers + 2 * cell + 2 > usable) return null;
  const at = twoBytes(bytes, pointers + 2 * cell);
  return at > pointers && at <= usable - 4 ? at : null;
}

/** The row id of a cell of a table's page, or null where there is none. */
export function rowidOf(place: CellPlace, usable: number): bigint | null {
  const kind = place.bytes[headerOf(place.page)] ?? 0;
  const at = cellStart(place, usable);
  if (!isTableKind(kind) || at === null) return null;
  if (kind === Kind.interiorTable) return varintAt(place.bytes, at + 4).value;
  return varintAt(place.bytes, varintAt(place.bytes, at).end).value;
}

/** Reads a leaf's cell whole, as far as its chain goes; null when it cannot be one. */
export function readCell(
  reader: PageReader,
  facts: PageFacts,
  place: CellPlace,
  payloadMax: number,
): WholeCell | null {
  const { usable } = reader.source;
  const { bytes } = place;
  const kind = bytes[headerOf(place.page)] ?? 0;
  const at = cellStart(place, usable);
  if (at === null || !isLeafKind(kind)) return null;
  const { value, end } = varintAt(bytes, at);
  const rowid = isTableKind(kind) ? varintAt(bytes, end) : null;
  const start = rowid?.end ?? end;
  const length = Number(value);
  if (length < 0 || length > payloadMax) return null;
  const local = localBytes(length, usable, isTableKind(kind));
  if (start + local > usable) return null;
  const payload = new Uint8Array(length);
  payload.set(bytes.subarray(start, start + local));
  if (local < length) follow(reader, facts, fourBytes(bytes, start + local), payload, local);
  return { rowid: rowid?.value ?? null, payload };
}

function localBytes(length: number, usable: number, isTable: boolean): number {
  const max = isTable ? usable - 35 : Math.floor(((usable - 12) * 64) / 255) - 23;
  if (length <= max) return length;
  const min = Math.floor(((usable - 12) * 32) / 255) - 23;
  const surplus = min + ((length - min) % (usable - 4));
  return surplus <= max ? surplus : min;
}

/** What a broken chain does not give stays zero. */
function follow(
  reader: PageReader,
  facts: PageFacts,
  first: number,
  payload: Uint8Array,
  local: number,
): void {
  const { usable, pageCount } = reader.source;
  const page = reader.buffer();
  let next = first;
  for (let done = local; done < payload.length; done += usable - 4) {
    if (next < 1 || next > pageCount) return;
    reader.read(next, 1, page);
    payload.set(page.subarray(4, 4 + Math.min(usable - 4, payload.length - done)), done);
    next = facts.next[next] as number;
  }
}
