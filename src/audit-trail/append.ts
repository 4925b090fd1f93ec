import type { KeyObject } from "node:crypto";

import { digestOf, sha256 } from "../core/hash.ts";
import { canonicalJson, type JsonObject } from "../core/json.ts";
import { timestamp, type World } from "../core/world.ts";
import type { State, StateReader, StateWriter } from "../state/types.ts";
import { hashOf, headOf, isSealed, type Link, ORIGIN, sealOf } from "./chain.ts";
import type { Deed } from "./types.ts";

const ACTION_MAX = 64;
const SUBJECT_MAX = 512;
const REASON_MAX = 2_000;
const DETAIL_BYTES_MAX = 16_384;

/** Records a deed in a transaction of its own; durable when the promise resolves. */
export async function recordDeed(
  state: State,
  key: KeyObject,
  deed: Deed,
  world: World,
): Promise<number> {
  return state.transaction((writer) => appendRecord(writer, key, deed, world));
}

/** Records a deed in the caller's transaction, so that both happen or neither. Returns its sequence. */
export function appendRecord(
  writer: StateWriter,
  key: KeyObject,
  deed: Deed,
  world: World,
): number {
  const link: Link = {
    ...placeOf(writer, key),
    at: timestamp(world.now()),
    actor: canonicalJson({ ...deed.actor, by: capped(deed.actor.by, SUBJECT_MAX) }),
    action: capped(deed.action, ACTION_MAX),
    subject: capped(deed.subject, SUBJECT_MAX),
    reason: capped(deed.reason, REASON_MAX),
    detail: cappedDetail(deed.detail),
  };
  insert(writer, link, key);
  return link.sequence;
}

/**
 * Where the next record goes: behind the head, whatever the records say. So the record after a cut
 * tail leaves the gap open for ever. A head that the key did not seal is no place to go on from:
 * the chain starts again there, and breaks for everybody to see, but the deed is recorded.
 */
function placeOf(reader: StateReader, key: KeyObject): Pick<Link, "sequence" | "previous"> {
  const row = reader.get("SELECT sequence, hash, seal FROM trail_head");
  const head = row === null ? null : headOf(row);
  const last = Number(reader.get("SELECT max(sequence) AS last FROM trail")?.["last"] ?? 0);
  const trusted = head !== null && isSealed("head", head, key) && head.sequence >= last;
  if (trusted) return { sequence: head.sequence + 1, previous: head.hash };
  return { sequence: Math.max(last, head?.sequence ?? 0, 0) + 2, previous: ORIGIN };
}

function insert(writer: StateWriter, link: Link, key: KeyObject): void {
  const end = { sequence: link.sequence, hash: hashOf(link) };
  writer.run(
    "INSERT INTO trail VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    link.sequence,
    link.at,
    link.actor,
    link.action,
    link.subject,
    link.reason,
    link.detail,
    link.previous,
    end.hash,
    sealOf("record", end, key),
  );
  writer.run(
    "INSERT OR REPLACE INTO trail_head VALUES (1, ?, ?, ?)",
    end.sequence,
    end.hash,
    sealOf("head", end, key),
  );
}

/** Half a surrogate pair would not come back from the database as it went in. */
function capped(value: string, charactersMax: number): string {
  return value.slice(0, charactersMax).toWellFormed();
}

function cappedDetail(detail: JsonObject): string {
  const whole = canonicalJson(detail);
  const bytes = Buffer.byteLength(whole);
  if (bytes <= DETAIL_BYTES_MAX) return whole;
  return canonicalJson({ omittedBytes: bytes, digest: digestOf(sha256(Buffer.from(whole))) });
}
