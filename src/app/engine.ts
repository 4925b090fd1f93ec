import type { Json, JsonObject } from "../core/json.ts";
import { isJsonObject } from "../core/json.ts";
import type { Loss } from "../core/loss.ts";
import { createEngine, type Engine } from "../plans/engine.ts";
import type { StepDefinition } from "../plans/define-step.ts";
import type { RunRecord, StepOutput } from "../plans/types.ts";
import type { RebuildResult } from "../projections/types.ts";
import type { Proof } from "../receipts/proof.ts";
import type { Amended } from "../stores/types.ts";
import { lockStore } from "../state/locks.ts";
import type { RunDocument } from "./run-document.ts";
import type { Session } from "./session.ts";

/** What a run tells beyond its steps, from what they answered. */
export type RunSummary = Omit<RunDocument, keyof RunRecord>;

/** The engine with every kind of step that we have, over this session's state. */
export async function openEngine(session: Session): Promise<Engine<RunSummary>> {
  const { recoverySteps } = await import("../recovery/recovery-steps.ts");
  const { recoveryContext } = await import("./recovery-context.ts");
  return engineWith(session, recoverySteps(recoveryContext(session)));
}

/** What can be seen of runs. It can start none, and so has nothing of what they do to load. */
export type RunView = Pick<Engine<RunSummary>, "follow" | "interrupted" | "run" | "runs">;

/** The journal of this session's state, to be looked at. */
export function openRunView(session: Session): Promise<RunView> {
  return engineWith(session, []);
}

async function engineWith(
  session: Session,
  steps: readonly StepDefinition[],
): Promise<Engine<RunSummary>> {
  const state = await session.state();
  const { world, progress } = session;
  return createEngine({
    state,
    world,
    steps,
    lockStore: (store) => {
      const what = session.isProjection(store) ? "projection" : "store";
      return lockStore(state.folder, store, world, what);
    },
    summarise,
    onEvent: (_run, { event }) => {
      if (event.type === "StepStarted") progress.say(`${event.step} …`);
    },
  });
}

/** Proofs of what lives now win over those of what was built beside it. */
function summarise(outputs: readonly StepOutput[]): RunSummary {
  const of = (action: string): readonly StepOutput[] =>
    outputs.filter((each) => each.action === action);
  const beside = of("verify").flatMap((each) => proofIn(each, "proof"));
  const live = of("verify-live").flatMap((each) => proofIn(each, "proof"));
  const proofs = live.length > 0 ? live : beside;
  const built = of("restore-beside").filter(({ status }) => status === "succeeded");
  const addresses = built.flatMap(({ output }) => text(output["address"]));
  const told = outputs.map(({ output }) => output);
  const rpos = told.map((output) => output["rpoMs"]).filter((each) => typeof each === "number");
  return {
    rpoMs: rpos.length === 0 ? null : Math.max(...rpos),
    quarantine: told.flatMap((output) => folderIn(output["quarantine"])).at(-1) ?? null,
    restoredFrom: told.flatMap((output) => text(output["chosen"])).at(-1) ?? null,
    losses: told.flatMap((output) => (output["losses"] ?? []) as unknown as readonly Loss[]),
    amended: told.flatMap((output) => amendedIn(output) ?? []),
    proof: proofs.find(({ equal }) => !equal) ?? proofs[0] ?? null,
    proofs,
    live: of("verify-live").flatMap((each) => proofIn(each, "live"))[0] ?? null,
    reports: null,
    rebuilt: of("rebuild").flatMap(rebuiltIn),
    // What stands beside only for a while is nobody's new store.
    address: of("verify-live").length > 0 ? null : (addresses.at(-1) ?? null),
  };
}

/** Written by the step of the same program; the journal is ours. */
function rebuiltIn({ output: { result } }: StepOutput): readonly RebuildResult[] {
  return isJsonObject(result) ? [result as unknown as RebuildResult] : [];
}

function proofIn({ output }: StepOutput, name: "live" | "proof"): readonly Proof[] {
  const proof = output[name];
  // Written by `proofJson` of the same program; the journal is ours.
  return isJsonObject(proof) ? [proof as unknown as Proof] : [];
}

/** Where nothing was to be kept, there is nothing to look for. */
function folderIn(quarantine: Json | undefined): readonly string[] {
  const files = member(quarantine, "files");
  return Array.isArray(files) && files.length === 0 ? [] : text(member(quarantine, "folder"));
}

function member(value: Json | undefined, name: string): Json | undefined {
  return isJsonObject(value) ? value[name] : undefined;
}

function text(value: Json | undefined): readonly string[] {
  return typeof value === "string" ? [value] : [];
}

/** Written by the steps that amend a live store; the journal is ours. */
function amendedIn({ amended }: JsonObject): Amended | null {
  return isJsonObject(amended) ? (amended as unknown as Amended) : null;
}
