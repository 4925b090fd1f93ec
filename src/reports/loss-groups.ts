import type { Loss } from "../core/loss.ts";
import { locationText, shortKey } from "./words.ts";

/** Losses of one collection for one reason: what people read instead of a thousand equal lines. */
export interface LossGroup {
  readonly store: string;
  readonly collection: string | null;
  readonly reason: string;
  /** Where all of them are; null when each is somewhere else. */
  readonly place: string | null;
  readonly losses: readonly Loss[];
}

/** Losses by store, collection and reason, in the order of their first ones. */
export function groupLosses(losses: readonly Loss[]): readonly LossGroup[] {
  const groups = new Map<string, Loss[]>();
  for (const loss of losses) {
    const name = JSON.stringify([loss.store, loss.collection, loss.reason]);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [loss]);
    else group.push(loss);
  }
  return [...groups.values()].flatMap(describeGroup);
}

function describeGroup(losses: readonly Loss[]): readonly LossGroup[] {
  const [first] = losses;
  if (first === undefined) return [];
  const { store, collection, reason } = first;
  const places = new Set(losses.map(({ location }) => locationText(location)));
  const place = places.size === 1 ? locationText(first.location) : null;
  return [{ store, collection, reason, place, losses }];
}

/** What one loss of a group is called: its key, its place where it has one of its own, or both. */
export function lossName({ key, location, collection }: Loss, group: LossGroup): string {
  const own = group.place === null ? locationText(location) : "";
  const parts = [key === null ? "" : shortKey(key), own].filter((part) => part !== "");
  return parts.length > 0 ? parts.join(", ") : `all of ${collection ?? "it"}`;
}
