import type { Plan, PlannedStep } from "../plans/types.ts";
import type { JsonObject } from "../core/json.ts";
import { shortId } from "../core/text.ts";
import type { Address } from "../stores/types.ts";
import { besideOf, inPlaceSteps } from "./plan-restore.ts";
import { plannedStep, type StepSubject } from "./planned-step.ts";
import type { Snapshot } from "../repository/types.ts";
import { snapshotName, type PutBackSource, type Remedy } from "./remedies.ts";
import { stepId } from "./steps/quarantine-json.ts";

/** A live store, and what is to be done about it. */
export interface RecoverRequest {
  readonly store: string;
  readonly driver: string;
  readonly options: JsonObject;
  readonly live: Address;
  readonly remedy: Remedy;
  /** Folder that receives the replaced state. */
  readonly quarantine: string;
  /** The repository's folder; null is that of the configuration. */
  readonly repository: string | null;
  /** Go on although it cannot be seen who has the store open. */
  readonly unseen: boolean;
}

/**
 * What mends these stores, one after the other. A plan without steps has nothing to do. One store
 * that fails leaves those before it as they are, mended.
 *
 * @param id unique: names what stands beside meanwhile.
 */
export function planRecover(requests: readonly RecoverRequest[], id: string): Plan {
  const concerned = requests.filter(({ remedy }) => MENDING.has(remedy.kind));
  const steps = concerned.flatMap((request) => stepsOf(request, id));
  return {
    name: "recover",
    subject: concerned.map(({ store }) => store).toSorted(),
    // To undo a step is to undo the run: what is mended already must not go with what is not.
    steps: concerned.length > 1 ? steps.map((step) => ({ ...step, onFailure: "stop" })) : steps,
  };
}

const MENDING: ReadonlySet<string> = new Set(["reindex", "put-back", "mend", "merge", "restore"]);

function stepsOf(request: RecoverRequest, id: string): readonly PlannedStep[] {
  const { remedy } = request;
  switch (remedy.kind) {
    case "restore": {
      const [snapshot, ...fallbacks] = remedy.candidates;
      return snapshot === undefined ? [] : inPlaceSteps([{ ...request, snapshot, fallbacks }], id);
    }
    case "reindex":
      return [
        backupStep(request),
        reindexStep(request, remedy.indexes),
        verifyLiveStep(request, { after: "reindex", merged: [] }),
      ];
    case "put-back":
      return putBackSteps(request, remedy, id);
    case "mend":
      return mendSteps(request, remedy);
    case "merge":
      return mergeSteps(request, remedy);
    case "nothing":
    case "impossible":
      return [];
    default:
      return remedy satisfies never;
  }
}

function putBackSteps(
  request: RecoverRequest,
  { sources, indexes }: Extract<Remedy, { kind: "put-back" }>,
  id: string,
): readonly PlannedStep[] {
  const copies = sources.map((source, place) => ({
    ...source,
    suffix: sources.length === 1 ? "" : `-${place + 1}`,
    address: `${besideOf(request, id)}-${place + 1}`,
  }));
  const last = copies.at(-1)?.suffix ?? "";
  const merged = copies.map(({ address, suffix }) => ({
    address,
    step: stepId(request.store, `put-back-rows${suffix}`),
  }));
  return [
    backupStep(request),
    ...(indexes.length === 0 ? [] : [reindexStep(request, indexes)]),
    ...copies.flatMap((copy) => copySteps(request, copy)),
    ...copies.map((copy) => putBackStep(request, copy, indexes.length > 0)),
    verifyLiveStep(request, { after: `put-back-rows${last}`, merged }),
  ];
}

/** A store that cannot be backed up as it is can be mended all the same: quarantine has what it was. */
function mendSteps(
  request: RecoverRequest,
  { candidates, back, takeOut }: Extract<Remedy, { kind: "mend" }>,
): readonly PlannedStep[] {
  const { store, live, quarantine: folder, repository } = request;
  const all = { repository, ...mendMaterial({ candidates, back }) };
  return [
    { ...backupStep(request), onFailure: "continue" },
    plannedStep(subjectOf(request), "repair-document", {
      description: `Mend the documents of ${live} one by one; ${folder} keeps what they were`,
      parameters: { folder, takeOut, ...all },
    }),
    plannedStep(subjectOf(request), "verify-live", {
      description: `Prove what became of each document of ${live}`,
      parameters: { repository, snapshot: null, beside: null, mended: { folder, takeOut } },
      dependsOn: [stepId(store, "repair-document")],
      onFailure: "stop",
    }),
  ];
}

/** Its quarantine holds the log byte by byte: a backup before it would add nothing. */
function mergeSteps(
  request: RecoverRequest,
  { candidates, takeOut }: Extract<Remedy, { kind: "merge" }>,
): readonly PlannedStep[] {
  const { store, live, quarantine: folder, repository, unseen } = request;
  const step = stepId(store, "merge");
  return [
    plannedStep(subjectOf(request), "merge", {
      description: `Bring events of ${live} back one by one; ${folder} keeps what it was`,
      parameters: { repository, folder, takeOut, unseen, candidates: namedSnapshots(candidates) },
    }),
    plannedStep(subjectOf(request), "verify-live", {
      description: `Prove that ${live} has every event of the snapshot, and all whole ones it had`,
      parameters: { repository, snapshot: null, beside: null, log: { step } },
      dependsOn: [step],
      onFailure: "stop",
    }),
  ];
}

/** What documents may be mended with, as a step has it. */
export function mendMaterial({
  candidates,
  back,
}: Pick<Extract<Remedy, { kind: "mend" }>, "candidates" | "back">): {
  readonly candidates: readonly { readonly id: string; readonly name: string }[];
  readonly back: readonly {
    readonly collections: readonly string[];
    readonly candidates: readonly { readonly id: string; readonly name: string }[];
  }[];
} {
  return {
    candidates: namedSnapshots(candidates),
    back: back.map((each) => ({
      collections: each.collections,
      candidates: namedSnapshots(each.candidates),
    })),
  };
}

/** Snapshots to ask, as a step has them. */
export function namedSnapshots(
  snapshots: readonly Snapshot[],
): { readonly id: string; readonly name: string }[] {
  return snapshots.slice(0, ASKED_MAX).map((each) => ({ id: each.id, name: snapshotName(each) }));
}

/** Older snapshots than so many are asked for nothing. */
const ASKED_MAX = 100;

interface Copy extends PutBackSource {
  readonly suffix: string;
  readonly address: Address;
}

function copySteps(request: RecoverRequest, copy: Copy): readonly PlannedStep[] {
  const { address, suffix, candidates } = copy;
  const [newest, ...older] = candidates.map(({ id }) => id);
  const from = { repository: request.repository, snapshot: newest ?? "", fallbacks: older };
  const parameters = { ...from, address };
  const { store } = request;
  const subject = subjectOf(request);
  return [
    plannedStep(subject, "restore-beside", {
      description: `Build ${address} from snapshot ${shortId(newest ?? "")}`,
      parameters,
      suffix,
      dependsOn: [stepId(store, "backup")],
    }),
    plannedStep(subject, "verify", {
      description: `Compare ${address} with the sealed receipt`,
      parameters,
      suffix,
      dependsOn: [stepId(store, `restore-beside${suffix}`)],
    }),
  ];
}

function putBackStep(
  request: RecoverRequest,
  { address, suffix, collections }: Copy,
  isReindexed: boolean,
): PlannedStep {
  const { store, live } = request;
  const before = isReindexed ? [stepId(store, "reindex")] : [];
  return plannedStep(subjectOf(request), "put-back-rows", {
    description: `Put the rows of ${collections.join(", ")} back that ${live} has not`,
    parameters: { address, collections },
    suffix,
    dependsOn: [stepId(store, `verify${suffix}`), ...before],
  });
}

function backupStep(request: RecoverRequest): PlannedStep {
  return plannedStep(subjectOf(request), "backup", {
    description: `Back ${request.store} up as it is now`,
    parameters: {},
  });
}

function reindexStep(request: RecoverRequest, indexes: readonly string[]): PlannedStep {
  return plannedStep(subjectOf(request), "reindex", {
    description: `Build ${indexes.join(", ")} anew in ${request.live}`,
    parameters: { indexes },
    dependsOn: [stepId(request.store, "backup")],
  });
}

function verifyLiveStep(
  request: RecoverRequest,
  { after, merged }: { readonly after: string; readonly merged: readonly JsonObject[] },
): PlannedStep {
  const { repository, live, store } = request;
  return plannedStep(subjectOf(request), "verify-live", {
    description: `Prove that ${live} holds all that it should`,
    parameters: { repository, snapshot: null, beside: null, merged },
    dependsOn: [stepId(store, after)],
    onFailure: "stop",
  });
}

function subjectOf({ store, driver, options, remedy }: RecoverRequest): StepSubject {
  const known = remedy.kind === "put-back" ? remedy.sources[0]?.candidates[0]?.bytes : undefined;
  return { store, driver, options, bytes: known ?? 0 };
}
