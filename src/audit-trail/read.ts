import { setImmediate as breathe } from "node:timers/promises";

import { isJsonObject, type Json, type JsonObject } from "../core/json.ts";
import type { StateReader, StateRow } from "../state/types.ts";
import { headOf, linkOf } from "./chain.ts";
import type { Actor, TrailRecord } from "./types.ts";

/** Records read in one statement: a few milliseconds of work. */
const PAGE = 200;

/** The newest records, oldest first. */
export function newestRecords(reader: StateReader, countMax: number): readonly TrailRecord[] {
  const rows = reader.all("SELECT * FROM trail ORDER BY sequence DESC LIMIT ?", countMax);
  return rows.map(recordOf).toReversed();
}

/**
 * The whole trail as NDJSON, a line each, oldest first; the last line is `{"head": …}` with its seal,
 * or `{"head": null}` when the trail has none. Kept elsewhere, it shows later that a tail was cut off.
 */
export async function* exportTrail(reader: StateReader): AsyncGenerator<string> {
  // The head first: records that are added meanwhile lie behind it and stay out.
  const row = reader.get("SELECT sequence, hash, seal FROM trail_head");
  const head = row === null ? null : headOf(row);
  const last = head?.sequence ?? Number.MAX_SAFE_INTEGER;
  for await (const each of rowsUpTo(reader, last)) yield `${JSON.stringify(recordOf(each))}\n`;
  yield `${JSON.stringify({ head })}\n`;
}

/** Rows in the order of their sequence, a page at a time; others run in between. */
export async function* rowsUpTo(reader: StateReader, last: number): AsyncGenerator<StateRow> {
  const sql = "SELECT * FROM trail WHERE sequence > ? AND sequence <= ? ORDER BY sequence LIMIT ?";
  for (let after = Number.MIN_SAFE_INTEGER; ;) {
    const page = reader.all(sql, after, last, PAGE);
    yield* page;
    const end = page.at(-1);
    if (end === undefined || page.length < PAGE) return;
    after = Number(end["sequence"]);
    await breathe();
  }
}

function recordOf(row: StateRow): TrailRecord {
  const link = linkOf(row);
  return { ...link, actor: actorIn(link.actor), detail: objectIn(link.detail) };
}

function actorIn(column: string): Actor {
  const { by, user, uid, pid } = objectIn(column);
  return { by: word(by), user: word(user), uid: Number(uid), pid: Number(pid) };
}

function word(value: Json | undefined): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? null);
}

/** What a column holds; whatever is no object (any more) stands under `text`. */
function objectIn(column: string): JsonObject {
  try {
    const value = JSON.parse(column) as Json;
    return isJsonObject(value) ? value : { text: column };
  } catch {
    return { text: column };
  }
}
