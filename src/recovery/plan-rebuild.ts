import { basename, dirname, join } from "node:path";

import type { JsonObject } from "../core/json.ts";
import type { Plan, PlannedStep } from "../plans/types.ts";
import type { Address } from "../stores/types.ts";
import type { BuildOrder } from "./build-order.ts";
import { plannedStep, type StepSubject } from "./planned-step.ts";
import { stepId } from "./steps/quarantine-json.ts";

/** A state that is to be built from its log. */
export interface RebuildRequest extends Omit<
  BuildOrder,
  "build" | "draft" | "end" | "keep" | "skipped"
> {
  readonly driver: string;
  readonly options: JsonObject;
  /** Where the live state is. */
  readonly live: Address;
  /** Folder that receives the replaced state. */
  readonly quarantine: string;
  /** Where a state of its own goes, and the live one stays; null: it takes the live one's place. */
  readonly place: Address | null;
  /** Other stores at the same address: nobody else works on them meanwhile. */
  readonly alsoHeld: readonly string[];
}

/** One state built from its log, proven, and put in the live one's place, which is kept. */
export function planRebuild(request: RebuildRequest): Plan {
  return {
    name: "rebuild",
    subject: [request.projection, ...request.alsoHeld].toSorted(),
    steps: rebuildSteps(request),
  };
}

/**
 * What is built, and gone on with: under a fixed name, so that the next command finds it. That of a
 * time has the time in its name, because another time is another state.
 */
export function draftOf({ live, place, fromMs, untilMs }: DraftQuestion): Address {
  const ends = place ?? live;
  const kind = fromMs !== null ? "-since" : untilMs !== null ? `-until-${untilMs}` : "";
  return join(dirname(ends), `.${basename(ends)}.salvor-rebuild${kind}`);
}

/** What tells a draft from others. */
export type DraftQuestion = Pick<RebuildRequest, "fromMs" | "live" | "place" | "untilMs">;

function rebuildSteps(request: RebuildRequest): readonly PlannedStep[] {
  const { live, place, quarantine, projection } = request;
  const beside = draftOf(request);
  const build = buildStep(request, beside);
  if (place !== null) return [build];
  const subject = subjectOf(request);
  return [
    build,
    plannedStep(subject, "quarantine", {
      description: `Copy ${live} to ${quarantine}`,
      parameters: { repository: null, snapshot: null, folder: quarantine },
      dependsOn: [build.id],
    }),
    plannedStep(subject, "exchange", {
      description: `Put ${beside} in the place of ${live}`,
      // Nobody but Salvor writes to a state: whoever still has an old file open loses nothing by it.
      parameters: { beside, digest: "", folder: quarantine, unseen: true },
      dependsOn: [stepId(projection, "quarantine")],
    }),
    plannedStep(subject, "verify-live", {
      description: `Prove that ${live} holds what was built`,
      parameters: { repository: null, snapshot: null, beside },
      dependsOn: [stepId(projection, "exchange")],
      onFailure: "stop",
    }),
  ];
}

function buildStep(request: RebuildRequest, draft: Address): PlannedStep {
  const { place, fromMs, untilMs, onDamaged, batchMax } = request;
  const of = fromMs === null ? "its log" : "a copy of the live one and what is new in its log";
  return plannedStep(subjectOf(request), "rebuild", {
    description: `Build ${place ?? draft} from ${of}`,
    parameters: {
      draft,
      place,
      fromMs,
      untilMs,
      batchMax,
      onDamaged: onDamaged === null || typeof onDamaged === "string" ? onDamaged : { ...onDamaged },
    },
  });
}

function subjectOf({ projection, driver, options }: RebuildRequest): StepSubject {
  return { store: projection, driver, options, bytes: 0 };
}
