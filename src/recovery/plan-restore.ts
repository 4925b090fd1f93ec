import { basename, dirname, join } from "node:path";

import type { JsonObject } from "../core/json.ts";
import type { OnFailure, Plan, PlannedStep } from "../plans/types.ts";
import type { Snapshot } from "../repository/types.ts";
import type { Address } from "../stores/types.ts";
import { plannedStep, type StepDetails } from "./planned-step.ts";
import { stepId } from "./steps/quarantine-json.ts";

/** What a plan brings back, and where from. */
export interface RestoreRequest {
  readonly store: string;
  readonly driver: string;
  readonly options: JsonObject;
  readonly snapshot: Snapshot;
  /** Older ones, newest first: each is taken when the ones before it turn out to be damaged. */
  readonly fallbacks?: readonly Snapshot[];
  /** The repository's folder; null is that of the configuration. */
  readonly repository: string | null;
  /** Some of its paths; null or absent: the whole store. */
  readonly wanted?: WantedPaths | null;
}

/** Some paths of a store of files. */
export interface WantedPaths {
  readonly only: readonly string[];
  /** Spelled as a comparison spells them; a folder stands for itself alone. */
  readonly alone: boolean;
}

/** A request for a live store. */
export interface InPlaceRequest extends RestoreRequest {
  readonly live: Address;
  /** Folder that receives the replaced state. */
  readonly quarantine: string;
  /** Go on although it cannot be seen who has the store open. */
  readonly unseen: boolean;
}

/** A new store from a snapshot, proven to level complete. */
export function planRestoreTo(request: RestoreRequest, address: Address): Plan {
  return {
    name: "restore",
    subject: [],
    steps: [besideStep(request, address, []), verifyStep(request, address)],
  };
}

/**
 * Live stores replaced by snapshots: every one is built and verified beside before the first is
 * exchanged; where several belong together, the failure of one puts all of them back.
 *
 * @param id unique: names what stands beside meanwhile.
 */
export function planRestoreInPlace(requests: readonly InPlaceRequest[], id: string): Plan {
  return {
    name: "restore in place",
    subject: requests.map(({ store }) => store).toSorted(),
    steps: inPlaceSteps(requests, id),
  };
}

/** The steps of a restore in place, for plans that do more than that. */
export function inPlaceSteps(
  requests: readonly InPlaceRequest[],
  id: string,
): readonly PlannedStep[] {
  const onFailure = requests.length > 1 ? "undo" : "stop";
  const verified = requests.map(({ store }) => stepId(store, "verify"));
  return [
    ...requests.flatMap((request) => prepareSteps(request, besideOf(request, id))),
    ...requests.map((request) => exchangeStep(request, besideOf(request, id), verified)),
    ...requests.map((request) => verifyLiveStep(request, besideOf(request, id), onFailure)),
  ];
}

/** On the same file system as the live store, because a rename ends there. */
export function besideOf({ live }: { readonly live: Address }, id: string): Address {
  return join(dirname(live), `.${basename(live)}.salvor-${id}`);
}

function prepareSteps(request: InPlaceRequest, beside: Address): readonly PlannedStep[] {
  const { live, quarantine } = request;
  return [
    step(request, "quarantine", {
      description: `Copy ${live} to ${quarantine}`,
      parameters: { ...snapshotOf(request), folder: quarantine },
    }),
    besideStep(request, beside, ["quarantine"]),
    verifyStep(request, beside),
  ];
}

function besideStep(
  request: RestoreRequest,
  address: Address,
  after: readonly string[],
): PlannedStep {
  return step(request, "restore-beside", {
    description: `Build ${address} from snapshot ${request.snapshot.id.slice(0, 12)}`,
    parameters: {
      ...snapshotOf(request),
      ...fallbacksOf(request),
      ...wantedOf(request),
      address,
    },
    dependsOn: after.map((action) => stepId(request.store, action)),
  });
}

function verifyStep(request: RestoreRequest, address: Address): PlannedStep {
  return step(request, "verify", {
    description: `Compare ${address} with the sealed receipt`,
    parameters: {
      ...snapshotOf(request),
      ...fallbacksOf(request),
      ...wantedOf(request),
      address,
    },
    dependsOn: [stepId(request.store, "restore-beside")],
  });
}

function exchangeStep(
  request: InPlaceRequest,
  beside: Address,
  dependsOn: readonly string[],
): PlannedStep {
  const { live, quarantine, unseen, snapshot } = request;
  const { digest } = snapshot.receipt;
  return step(request, "exchange", {
    description: `Put ${beside} in the place of ${live}`,
    parameters: { beside, digest, folder: quarantine, unseen },
    dependsOn,
  });
}

function verifyLiveStep(
  request: InPlaceRequest,
  beside: Address,
  onFailure: OnFailure,
): PlannedStep {
  return step(request, "verify-live", {
    description: `Prove ${request.live} against the receipt, and list what is lost`,
    parameters: { ...snapshotOf(request), beside },
    dependsOn: [stepId(request.store, "exchange")],
    onFailure,
  });
}

function snapshotOf({ repository, snapshot }: RestoreRequest): JsonObject {
  return { repository, snapshot: snapshot.id };
}

function fallbacksOf({ fallbacks = [] }: RestoreRequest): JsonObject {
  return { fallbacks: fallbacks.map(({ id }) => id) };
}

function wantedOf({ wanted = null }: RestoreRequest): JsonObject {
  return wanted === null ? {} : { wanted: { only: [...wanted.only], alone: wanted.alone } };
}

function step(request: RestoreRequest, action: string, details: StepDetails): PlannedStep {
  return plannedStep({ ...request, bytes: request.snapshot.bytes }, action, details);
}
