import { join } from "node:path";

import { SalvorError } from "../core/errors.ts";
import { settled } from "../core/settled.ts";
import { projectionDigest } from "../projections/digest.ts";
import type { StateDifference, StateVerdict } from "../projections/types.ts";
import type { Proof } from "../receipts/proof.ts";
import type { SealedReceipt } from "../receipts/types.ts";
import type { Built } from "../recovery/build-order.ts";
import { prove, type Side } from "../recovery/prove.ts";
import type { Image } from "../stores/types.ts";
import { buildState, type WaitingOrder } from "./build-state.ts";
import { captureLive } from "./capture-live.ts";
import { openState } from "./projection-target.ts";
import type { Session } from "./session.ts";
import { aheadOf } from "./shorter-log.ts";
import { readStateHead, type StateHead } from "./state-head.ts";

/** So many rows that differ are named. */
const DIFFERENCES_MAX = 1_000;

/** A live state, compared with what its log says. */
export interface StateComparison {
  readonly verdict: StateVerdict;
  /** What the live state says of itself; null where it does not. */
  readonly head: StateHead | null;
  /** What builds it today. */
  readonly wanted: Pick<Built, "definition" | "version">;
  /** Why the live state cannot be read. */
  readonly trouble: SalvorError | null;
}

/**
 * Builds the state of a projection in scratch space, and compares the live one with it row by row. One
 * that somebody keeps up to date is compared with the events that it has read: those that came since
 * are on their way.
 */
export async function compareState(
  session: Session,
  name: string,
  isFollowed: boolean,
  signal: AbortSignal,
): Promise<StateComparison> {
  await using held = new AsyncDisposableStack();
  const captured = captureLive(session, name, signal);
  const looked = lookAt(captured, held, signal);
  looked.catch(() => {}); // whoever awaits it gets the error
  const end = isFollowed ? ((await looked).head?.checkpoint ?? null) : null;
  const [built, live] = await settled(
    buildBeside(session, name, { end, after: captured }, signal),
    looked,
  );
  const { head, image, trouble } = live;
  const scratch = held.use(await openState(session, name, await draftIn(session, name)));
  const wanted = held.use(await scratch.capture({ exclusive: true }, signal));
  const expected = { image: wanted, sealed: ownTables(await seal(wanted, signal), built.tables) };
  const base = unreadable(session, name, built, expected);
  if (image === null) return { verdict: base, head, wanted: built, trouble };
  const sealed = ownTables(live.sealed, built.tables);
  const proof = await compare(name, expected, { image, sealed }, signal);
  const actual = projectionDigest(sealed.receipt, built.tables);
  const verdict = {
    ...base,
    consistent: base.expected === actual,
    differences: differencesIn(proof),
    differencesTotal: totalOf(proof),
    missingTables: built.tables.filter(
      (table) => !Object.hasOwn(sealed.receipt.collections, table),
    ),
    behind: head === null ? 0 : Math.max(0, built.progress.applied - head.applied),
    ahead: aheadOf(head, built),
    actual,
  };
  return { verdict, head, wanted: built, trouble: null };
}

/** What a live state holds, and what it says of itself; or why it cannot be read. */
type LiveLook =
  | {
      readonly image: Image;
      readonly sealed: SealedReceipt;
      readonly head: StateHead | null;
      readonly trouble: null;
    }
  | { readonly image: null; readonly head: null; readonly trouble: SalvorError };

/** Looked at while the other one is being built. */
async function lookAt(
  captured: Promise<Image | SalvorError>,
  held: AsyncDisposableStack,
  signal: AbortSignal,
): Promise<LiveLook> {
  const image = await captured;
  if (image instanceof SalvorError) return { image: null, head: null, trouble: image };
  held.use(image);
  const [head, sealed] = await settled(readStateHead(image, signal), seal(image, signal));
  return { image, sealed, head, trouble: null };
}

async function draftIn(session: Session, name: string): Promise<string> {
  return join(await session.scratch(), `verify-${name}.sqlite`);
}

async function buildBeside(
  session: Session,
  projection: string,
  until: Pick<WaitingOrder, "after" | "end">,
  signal: AbortSignal,
): Promise<Built> {
  const draft = await draftIn(session, projection);
  await using old = await openState(session, projection, draft);
  await old.discard(signal);
  const order = {
    projection,
    draft,
    build: "verify",
    fromMs: null,
    untilMs: null,
    ...until,
    onDamaged: null,
    batchMax: null,
    skipped: [],
    keep: async () => {},
  };
  return buildState(session, order, signal);
}

async function seal(image: Image, signal: AbortSignal): Promise<SealedReceipt> {
  return image.seal({ portable: false }, signal);
}

/** A state has other tables too: Salvor's own, and what somebody has added. */
function ownTables({ receipt, trees }: SealedReceipt, tables: readonly string[]): SealedReceipt {
  const collections = Object.fromEntries(
    Object.entries(receipt.collections).filter(([name]) => tables.includes(name)),
  );
  return {
    receipt: { ...receipt, collections },
    trees: trees.filter(({ collection }) => tables.includes(collection)),
  };
}

function compare(
  store: string,
  expected: Side,
  actual: Side & { readonly image: Image },
  signal: AbortSignal,
): Promise<Proof> {
  const showKey = actual.image.showKey.bind(actual.image);
  return prove(expected, actual, { store, level: "none", openFile: null, showKey }, signal);
}

function differencesIn({ collections }: Proof): readonly StateDifference[] {
  const kinds = ["missing", "extra", "changed"] as const;
  return collections
    .flatMap((each) =>
      kinds.flatMap((kind) => each[kind].map((key) => ({ collection: each.name, key, kind }))),
    )
    .slice(0, DIFFERENCES_MAX);
}

function totalOf({ collections }: Proof): number {
  return collections.reduce(
    (sum, { total }) => sum + total.missing + total.extra + total.changed,
    0,
  );
}

function unreadable(
  session: Session,
  name: string,
  { progress, tables }: Built,
  { sealed }: { readonly sealed: SealedReceipt },
): StateVerdict {
  return {
    projection: name,
    target: session.projection(name).target,
    consistent: false,
    differences: [],
    differencesTotal: 0,
    missingTables: [],
    behind: 0,
    ahead: 0,
    corrupted: progress.corrupted,
    expected: projectionDigest(sealed.receipt, tables),
    actual: null,
  };
}
