import type { KeyObject } from "node:crypto";

import type { StateReader, StateRow } from "../state/types.ts";
import { hashOf, headOf, isSealed, linkOf, ORIGIN } from "./chain.ts";
import { rowsUpTo } from "./read.ts";
import type { TrailHead, TrailVerdict } from "./types.ts";

/** What the trail said it was in one instant: its head, and the last record that is there. */
interface Extent {
  readonly head: TrailHead | null;
  readonly last: number;
  readonly records: number;
}

interface Break {
  readonly at: number;
  readonly problem: string;
}

/**
 * Walks the whole chain and its head. Records that are added meanwhile are not looked at.
 * A trail without key is `openTrailKey`'s error, never a verdict.
 */
export async function verifyTrail(reader: StateReader, key: KeyObject): Promise<TrailVerdict> {
  const extent = extentOf(reader);
  const broken = (await walk(reader, extent, key)) ?? headBreak(extent, key);
  return {
    ok: broken === null,
    records: extent.records,
    firstBroken: broken?.at ?? null,
    problem: broken?.problem ?? null,
  };
}

function extentOf(reader: StateReader): Extent {
  // One statement, so one instant.
  const row = reader.get(`
    SELECT ifnull(max(trail.sequence), 0) AS last, count(trail.sequence) AS records,
           trail_head.sequence, trail_head.hash, trail_head.seal
    FROM (SELECT 1) LEFT JOIN trail_head ON true LEFT JOIN trail ON true
  `);
  return {
    head: row === null || row["seal"] === null ? null : headOf(row),
    last: Number(row?.["last"] ?? 0),
    records: Number(row?.["records"] ?? 0),
  };
}

async function walk(reader: StateReader, extent: Extent, key: KeyObject): Promise<Break | null> {
  let expected = 1;
  let previous = ORIGIN;
  for await (const row of rowsUpTo(reader, extent.last)) {
    const problem = problemOf(row, expected, previous, key);
    if (problem !== null) return { at: expected, problem };
    previous = String(row["hash"]);
    expected += 1;
  }
  return tailBreak(extent, expected, previous);
}

/** Null when the row is the record with this sequence, as it was written, behind the one before. */
function problemOf(
  row: StateRow,
  expected: number,
  previous: string,
  key: KeyObject,
): string | null {
  const link = linkOf(row);
  if (link.sequence !== expected) return "it is missing";
  if (hashOf(link) !== link.hash) return "its content is not what was written";
  if (link.previous !== previous) return "it does not follow the record before it";
  if (!isSealed("record", link, key)) return "it was not sealed with this trail's key";
  return null;
}

function tailBreak(extent: Extent, expected: number, previous: string): Break | null {
  const { head } = extent;
  if (head === null || head.sequence < expected - 1) return null;
  if (head.sequence >= expected) return { at: expected, problem: "it is missing" };
  if (head.hash === previous) return null;
  return { at: Math.max(head.sequence, 1), problem: "it is not the one that the head names" };
}

function headBreak(extent: Extent, key: KeyObject): Break | null {
  const { head, last } = extent;
  const next = last + 1;
  if (head === null) return { at: next, problem: "the head of the trail is gone" };
  if (head.sequence < last) return { at: head.sequence + 1, problem: "the head does not reach it" };
  if (isSealed("head", head, key)) return null;
  return { at: next, problem: "the head was not sealed with this trail's key" };
}
