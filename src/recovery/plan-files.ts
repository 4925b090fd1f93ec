import type { JsonObject } from "../core/json.ts";
import { counted, shortId } from "../core/text.ts";
import type { Plan, PlannedStep } from "../plans/types.ts";
import { plannedStep, type StepDetails } from "./planned-step.ts";
import { besideOf, planRestoreTo, type InPlaceRequest, type WantedPaths } from "./plan-restore.ts";
import { stepId } from "./steps/quarantine-json.ts";

/** Files of a live store that go back, and what was seen before. */
export interface FilesRequest extends InPlaceRequest {
  readonly wanted: WantedPaths;
  /** The whole tree is held against the snapshot afterwards, and not these paths alone. */
  readonly provesAll: boolean;
  /** Paths that are missing or otherwise in the live tree. */
  readonly differing: readonly string[];
  /** Paths that the snapshot does not have: they stay. */
  readonly newer: readonly string[];
}

/** So many paths stand in a sentence. */
const NAMED_MAX = 10;

/**
 * Some files of a live store are replaced by those of a snapshot, one by one; all others stay. Without
 * a difference there is nothing to do, and no step.
 *
 * @param id unique: names what stands beside meanwhile.
 */
export function planFiles(request: FilesRequest, id: string): Plan {
  const { store, differing } = request;
  const plan = { name: "restore files in place", subject: [store] };
  if (differing.length === 0) return { ...plan, steps: [] };
  const beside = besideOf(request, id);
  const { steps } = planRestoreTo(request, beside);
  return { ...plan, steps: [...steps, mergeStep(request, beside), verifyStep(request, beside)] };
}

function mergeStep(request: FilesRequest, address: string): PlannedStep {
  const { store, quarantine: folder, unseen, live, differing, newer } = request;
  const stays = newer.length === 0 ? "" : `; newer, and left as it is: ${named(newer)}`;
  return step(request, "merge", {
    description: `Put ${counted(differing.length, "path")} back into ${live}: ${named(differing)}${stays}`,
    parameters: { wanted: wantedJson(request), address, folder, unseen },
    dependsOn: [stepId(store, "verify")],
    onFailure: "undo",
  });
}

function verifyStep(request: FilesRequest, beside: string): PlannedStep {
  const { store, live, repository, snapshot, provesAll } = request;
  const wanted = provesAll ? null : wantedJson(request);
  return step(request, "verify-live", {
    description: `Compare ${live} with snapshot ${shortId(snapshot.id)}, file by file`,
    parameters: {
      repository,
      snapshot: snapshot.id,
      beside,
      files: { step: stepId(store, "merge"), wanted },
    },
    dependsOn: [stepId(store, "merge")],
    onFailure: "stop",
  });
}

function step(request: FilesRequest, action: string, details: StepDetails): PlannedStep {
  return plannedStep({ ...request, bytes: request.snapshot.bytes }, action, details);
}

function wantedJson({ wanted: { only, alone } }: FilesRequest): JsonObject {
  return { only: [...only], alone };
}

function named(paths: readonly string[]): string {
  const more = paths.length - NAMED_MAX;
  return paths.slice(0, NAMED_MAX).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
