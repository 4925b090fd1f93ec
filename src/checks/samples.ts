import { numbered, treeFrom, upTo } from "../../test/support/entries.ts";
import type { Observation } from "../core/finding.ts";
import type { JsonObject } from "../core/json.ts";
import { sealReceipt, type SealInput } from "../receipts/seal.ts";
import type { Receipt } from "../receipts/types.ts";
import { type Baseline, type PastSnapshot } from "./baseline.ts";

/** Rows by collection. */
export type Counts = Readonly<Record<string, number>>;

/** An index of `invoice`. */
export const INDEX = {
  kind: "index",
  name: "by_total",
  definition: { table: "invoice", unique: false },
};
const COLUMNS = [
  { name: "id", type: "INTEGER" },
  { name: "total", type: "REAL" },
];

/** Collections with tables of their names; `invoice` has an index. */
export function receiptOf(
  counts: Counts,
  recorded: JsonObject = {},
  more: Partial<SealInput> = {},
): Receipt {
  const names = Object.keys(counts);
  const tables = names.map((name) => ({ kind: "table", name, definition: { columns: COLUMNS } }));
  return sealReceipt({
    store: "shop",
    at: "2026-01-02T03:04:05Z",
    consistency: "transaction",
    trees: names.map((name) =>
      treeFrom(
        upTo(counts[name] ?? 0).map((id) => numbered(id)),
        name,
      ),
    ),
    references: [],
    schemaElements: [...tables, ...(names.includes("invoice") ? [INDEX] : [])],
    portable: null,
    recorded,
    level: "none",
    ...more,
  }).receipt;
}

/** The n-th snapshot, a day after the one before. */
export function snapshotOf(
  sequence: number,
  receipt: Receipt,
  drops: readonly string[] = [],
): PastSnapshot {
  const id = String(sequence).repeat(64);
  return { id, sequence, createdAt: `2026-01-0${sequence}T04:00:00.000Z`, receipt, drops };
}

/** A store that was backed up once, beyond doubt. */
export const baseline = (counts: Counts, recorded: JsonObject = {}): Baseline => ({
  snapshot: snapshotOf(1, receiptOf(counts, recorded)),
  doubtful: [],
});

/** What is told, how bad it is, and of what. */
export const codes = (observations: readonly Observation[]) =>
  observations.map(({ code, severity, location }) => [
    code,
    severity,
    location.table ?? location.index ?? location.pointer,
  ]);

/** All rows. */
export const full = { customer: 100, invoice: 200 };
/** Too few customers. */
export const fewer = { customer: 40, invoice: 200 };
