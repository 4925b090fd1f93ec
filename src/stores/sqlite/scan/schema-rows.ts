import type { TextEncoding } from "../format/header.ts";
import { RecordColumns } from "../format/record-columns.ts";
import { decodeText } from "../format/text.ts";
import type { SchemaRow } from "../schema/types.ts";
import { readCell } from "./cells.ts";
import type { PageFacts } from "./facts.ts";
import type { PageReader } from "./page-reader.ts";

const COLUMNS = 5;
/** More definitions, or a longer one, no sound schema has. */
const ROWS_MAX = 100_000;
const PAYLOAD_MAX = 4_000_000;
/** All definitions together: chains may lead over the same pages again and again. */
const TOTAL_MAX = 64_000_000;
const TYPES: ReadonlySet<string> = new Set(["table", "index", "view", "trigger"]);

/** Reads what can be read of sqlite_schema from its leaves; damaged cells are passed over. */
export function readSchemaRows(
  reader: PageReader,
  facts: PageFacts,
  leaves: readonly number[],
): readonly SchemaRow[] {
  const page = reader.buffer();
  const rows: SchemaRow[] = [];
  let left = TOTAL_MAX;
  for (const leaf of leaves) {
    reader.read(leaf, 1, page);
    const cells = facts.cells[leaf] as number;
    for (let cell = 0; cell < cells && rows.length < ROWS_MAX; cell++) {
      const found = readCell(
        reader,
        facts,
        { bytes: page, page: leaf, cell },
        Math.min(PAYLOAD_MAX, left),
      );
      left -= found?.payload.length ?? 0;
      const row = found === null ? null : schemaRow(found.payload, reader.source.encoding);
      if (row !== null) rows.push(row);
    }
  }
  return rows;
}

function schemaRow(payload: Uint8Array, encoding: TextEncoding | null): SchemaRow | null {
  const columns = new RecordColumns(COLUMNS);
  if (!columns.read(payload, 0, payload.length) || columns.count < COLUMNS) return null;
  const text = (at: number): string => {
    const serial = columns.serials[at] as number;
    if (serial < 13 || serial % 2 === 0) return "";
    const start = columns.starts[at] as number;
    return decodeText(payload.subarray(start, start + (serial - 13) / 2), encoding ?? "utf-8");
  };
  const type = text(0);
  if (!TYPES.has(type)) return null;
  const sql = columns.serials[4] === 0 ? null : text(4);
  return { type, name: text(1), table: text(2), rootPage: rootOf(payload, columns), sql };
}

function rootOf(payload: Uint8Array, columns: RecordColumns): number {
  const serial = columns.serials[3] as number;
  if (serial === 9) return 1;
  if (serial < 1 || serial > 5) return 0;
  const start = columns.starts[3] as number;
  const length = serial === 5 ? 6 : serial;
  return Buffer.from(payload.buffer, payload.byteOffset, payload.length).readIntBE(start, length);
}
