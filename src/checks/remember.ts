import { setImmediate as breathe } from "node:timers/promises";

import { timestamp, type World } from "../core/world.ts";
import type { State, StateReader, StateWriter } from "../state/types.ts";
import { decideSeen, decideUnseen, sightingsOf, type Sighting } from "./decide.ts";
import { findingId } from "./finding-id.ts";
import { findingIn, readFinding, writeFinding } from "./finding-rows.ts";
import type { Finding, FindingChange, Seen } from "./types.ts";

/** Findings written in one transaction: half of the 10 ms that one may take. */
const PORTION = 100;

/**
 * Remembers what looks have seen, and tells what became of each finding. What is seen is written
 * before what is no longer seen is resolved, in portions: whoever is killed in between leaves
 * findings open that the next look resolves, never the other way round.
 */
export async function rememberSeen(
  state: State,
  world: World,
  seen: readonly Seen[],
): Promise<readonly FindingChange[]> {
  const at = timestamp(world.now());
  const changes: FindingChange[] = [];
  for (const each of seen) {
    const sightings = sightingsOf(each);
    changes.push(...(await writeSightings(state, sightings, at)));
    if (each.complete) changes.push(...(await resolveUnseen(state, each, sightings, at)));
  }
  return changes;
}

async function writeSightings(
  state: State,
  sightings: readonly Sighting[],
  at: string,
): Promise<readonly FindingChange[]> {
  const changes: FindingChange[] = [];
  for (let from = 0; from < sightings.length; from += PORTION) {
    const portion = sightings.slice(from, from + PORTION);
    const write = (writer: StateWriter) =>
      portion.map((each) => {
        const change = decideSeen(readFinding(writer, each.id), each, at);
        writeFinding(writer, change.finding);
        return change;
      });
    changes.push(...(await state.transaction(write)));
    await breathe();
  }
  return changes;
}

async function resolveUnseen(
  state: State,
  seen: Seen,
  sightings: readonly Sighting[],
  at: string,
): Promise<readonly FindingChange[]> {
  const spared = new Set([
    ...sightings.map(({ id }) => id),
    ...(seen.blind ?? []).map((place) => findingId(seen.store, place)),
  ]);
  const changes: FindingChange[] = [];
  for (let after = ""; ;) {
    const page = state.transaction((writer) => {
      const known = pending(writer, seen.store, after);
      const gone = known
        .filter(({ id }) => !spared.has(id))
        .map((each) => decideUnseen(each, seen.kind, at))
        .filter((each) => each !== null);
      for (const { finding } of gone) writeFinding(writer, finding);
      return { gone, last: known.length < PORTION ? null : (known.at(-1)?.id ?? null) };
    });
    const { gone, last } = await page;
    changes.push(...gone);
    if (last === null) return changes;
    after = last;
    await breathe();
  }
}

/** What is not resolved, in the order of ids, behind one of them. */
function pending(reader: StateReader, store: string | null, after: string): readonly Finding[] {
  const sql = `SELECT finding FROM findings
    WHERE store IS ? AND status <> 'resolved' AND id > ? ORDER BY id LIMIT ?`;
  return reader.all(sql, store, after, PORTION).map(findingIn);
}
