import { rankOf } from "../../checks/severity.ts";
import type { Observation } from "../../core/finding.ts";
import type { SealedReceipt } from "../../receipts/types.ts";
import type { Amended } from "../../stores/types.ts";
import type { SalvagedCollection } from "./types.ts";

/** What is in a copy, and what is still wrong with it. */
export interface LookedCopy {
  readonly sealed: SealedReceipt;
  readonly observations: readonly Observation[];
}

/** Counts what was got out, by collection. */
export function countCollections(
  { sealed, observations }: LookedCopy,
  amended: Amended | null,
  expected: Readonly<Record<string, number>> | null,
): Readonly<Record<string, SalvagedCollection>> {
  const { collections, recorded } = sealed.receipt;
  const { internal } = recorded;
  // A log's own "(files)" and "(damaged)" hold nothing that its owner would count.
  const isInternal = (name: string): boolean =>
    name.startsWith("(") || (Array.isArray(internal) && internal.includes(name));
  const names = Object.keys(collections).filter((name) => !isInternal(name));
  return Object.fromEntries(
    names.map((name) => {
      const recovered = collections[name]?.count ?? 0;
      const wrong = placesOf(observations, names.length === 1 ? null : name);
      return [
        name,
        { recovered, expected: expected?.[name] ?? null, ...fateOf(amended, name, wrong) },
      ];
    }),
  );
}

type Fate = Omit<SalvagedCollection, "expected" | "recovered">;

function fateOf(amended: Amended | null, name: string, wrong: number): Fate {
  const {
    partial = 0,
    repaired = 0,
    derived = 0,
    lost = 0,
  } = amended?.mended?.collections[name] ?? {};
  const { rescued = 0, lossesTotal = 0 } = amended?.events ?? {};
  const flagged = repaired + derived + rescued + wrong;
  return { partial, flagged, deleted: 0, lost: lost + lossesTotal };
}

/** Places in which a look finds something of severity medium or above. */
function placesOf(observations: readonly Observation[], collection: string | null): number {
  const places = observations
    .filter(({ severity }) => rankOf(severity) <= rankOf("medium"))
    .filter(({ location: { table } }) => collection === null || table === collection)
    .map(({ location: { file, line, key, pointer } }) =>
      JSON.stringify([file, line, key, pointer]),
    );
  return new Set(places).size;
}
