import {
  appendOnlySuspects,
  checkAppendOnly,
  observeAppendOnly,
  supersededPlaces,
} from "../checks/append-only.ts";
import type { Baseline } from "../checks/baseline.ts";
import { listFindings } from "../checks/findings.ts";
import type { Place } from "../checks/types.ts";
import { UNRESOLVED } from "./findings.ts";
import { compareCounts } from "../checks/compare-counts.ts";
import { presentIn } from "../checks/present.ts";
import { runRules, type RuleResults } from "../checks/run-rules.ts";
import { observe } from "../checks/observe.ts";
import type { Rule } from "../checks/rule-file.ts";
import { messageOf, SalvorError } from "../core/errors.ts";
import type { StoreConfig } from "./config/types.ts";
import type { Observation } from "../core/finding.ts";
import type { SealedReceipt, Tree } from "../receipts/types.ts";
import type { Image } from "../stores/types.ts";
import { loadRules } from "./config/parts.ts";
import { timed, type Added, type HeldStore, type Looked } from "./look.ts";
import { lookAtStores, type Look } from "./look-at-stores.ts";
import type { Session } from "./session.ts";
import type { LookOptions } from "./types.ts";
import type { IntegrityDocument, IntegrityStore, LookedStore } from "./look-documents.ts";

/** What an integrity check adds to what every look says of a store. */
export type IntegrityFacts = Omit<IntegrityStore, keyof LookedStore>;

/** Do the data keep their rules? */
export const integrityLook: Look<IntegrityFacts> = { kind: "integrity", at: checkHeld };

/** `integrity`: the schema's rules, the owner's, and the last receipt. */
export function checkStores(
  session: Session,
  options: LookOptions,
  signal: AbortSignal,
): Promise<IntegrityDocument> {
  return lookAtStores(session, integrityLook, options, signal);
}

function checkHeld(held: HeldStore, signal: AbortSignal): Promise<Looked<IntegrityFacts>> {
  return timed(held, "integrity", async (): Promise<Added<IntegrityFacts>> => {
    const { specimen } = held;
    const { image } = specimen;
    const [seen, owners, sinceLast] = await Promise.all([
      specimen.inspect("integrity", signal),
      image === null ? NO_RULES : ownersRules(held, image, signal),
      image === null || held.isHurt ? UNREADABLE : againstLast(held, image, signal),
    ]);
    // A rule without an answer is told by its place; rules that nobody could read are not.
    const areAsked = owners.complete || owners.blind.length > 0;
    return {
      observations: [...seen.observations, ...owners.observations, ...sinceLast.observations],
      complete: seen.complete && sinceLast.complete && areAsked && image !== null,
      blind: [...owners.blind, ...(await superseded(held))],
      checked: seen.checked + owners.rules.length,
      facts: { rules: owners.rules },
    };
  });
}

/** What the last receipt no longer tells, because it was taken after the damage, is not mended by it. */
async function superseded({ session, config, baseline }: HeldStore): Promise<readonly Place[]> {
  const filter = { stores: [config.name], status: UNRESOLVED };
  return supersededPlaces(listFindings(await session.state(), filter), baseline);
}

const NO_RULES: RuleResults = { observations: [], rules: [], blind: [], complete: false };

async function ownersRules(
  { config, store }: HeldStore,
  image: Image,
  signal: AbortSignal,
): Promise<RuleResults> {
  const rules = await rulesOrTrouble(config);
  if (rules instanceof SalvorError)
    return { ...NO_RULES, observations: [unreadable(config, rules)] };
  const { name } = store.identity;
  return runRules(image, rules, { sensitive: config.sensitive }, signal).catch((error: unknown) => {
    throw error instanceof SalvorError && error.code === "USAGE"
      ? new SalvorError("CONFIG_INVALID", `${name} cannot be asked rules`, { hint: error.hint })
      : error;
  });
}

/** A mistake in a rule must not keep anybody from looking at the rest in an emergency. */
async function rulesOrTrouble(config: StoreConfig): Promise<readonly Rule[] | SalvorError> {
  try {
    return await loadRules(config);
  } catch (error) {
    if (error instanceof SalvorError) return error;
    throw error;
  }
}

function unreadable({ rules }: StoreConfig, error: SalvorError): Observation {
  const description = `none of the owner's rules was asked: ${messageOf(error)}`;
  return observe("rules.unreadable", description, { location: { file: rules.join(", ") } });
}

interface SinceLast {
  readonly observations: readonly Observation[];
  readonly complete: boolean;
}

const UNREADABLE: SinceLast = { observations: [], complete: false };

/** Counts and digests against the last receipt that is not suspicious. */
async function againstLast(held: HeldStore, image: Image, signal: AbortSignal): Promise<SinceLast> {
  const { baseline, config } = held;
  const sealed = await sealOrNull(image, signal);
  if (sealed === null) return UNREADABLE;
  const counts = compareCounts(baseline, presentIn(sealed.receipt), config.expect);
  if (baseline === null) return { observations: counts, complete: true };
  const changed = await changedOldRows(held, baseline, { image, sealed }, signal);
  return { observations: [...counts, ...changed], complete: true };
}

/** Null when the decoder meets damage: that is the scan's to tell. */
async function sealOrNull(image: Image, signal: AbortSignal): Promise<SealedReceipt | null> {
  try {
    return await image.seal({ portable: false }, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof SalvorError && error.code === "STORE_DAMAGED") return null;
    throw error;
  }
}

interface Now {
  readonly image: Image;
  readonly sealed: SealedReceipt;
}

/** Where rows must stay as they are, the old leaves tell whether they did. */
async function changedOldRows(
  { session, config }: HeldStore,
  baseline: Baseline,
  { image, sealed }: Now,
  signal: AbortSignal,
): Promise<readonly Observation[]> {
  const suspects = appendOnlySuspects(baseline, sealed.receipt, config.expect);
  if (suspects.length === 0) return [];
  const repository = await session.repository(signal);
  const old = await repository.sealed(baseline.snapshot.id, signal);
  const found: Observation[] = [];
  for (const name of suspects) {
    const verdict = await checkAppendOnly({
      expected: treeOf(old, name),
      actual: treeOf(sealed, name),
      rows: (range) => image.rows(name, range, signal),
    });
    const showKey = (key: Uint8Array) => image.showKey(name, key);
    const seen = observeAppendOnly(baseline, name, verdict, showKey);
    if (seen !== null) found.push(seen);
  }
  return found;
}

function treeOf({ trees }: SealedReceipt, name: string): Tree {
  const found = trees.find(({ collection }) => collection === name);
  return found ?? { collection: name, count: 0, leaves: [] };
}
