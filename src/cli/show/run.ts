import { ERRORS, type ErrorCode } from "../../core/errors.ts";
import { isJsonObject } from "../../core/json.ts";
import type { Loss } from "../../core/loss.ts";
import { keyText } from "../../core/text.ts";
import type { RunDocument } from "../../app/run-document.ts";
import type { Amended } from "../../stores/types.ts";
import type { RunStatus, RunStep, StepStatus } from "../../plans/types.ts";
import type { ExitStatus } from "../exit-status.ts";
import { eventLines } from "./mended-events.ts";
import { mendedLines } from "./mended.ts";
import { proofLines } from "./proof.ts";
import type { Style, Tone } from "./style.ts";
import { counted, duration, moment, safe, table } from "./text.ts";

/** So many losses stand on a screen; the document has all. */
const LOSSES_SHOWN = 20;

/** So many refused rows of a collection stand on a screen. */
const KEYS_SHOWN = 10;

const TONES: Readonly<Record<RunStatus | StepStatus, Tone>> = {
  planned: "faint",
  pending: "faint",
  running: "strong",
  awaiting_approval: "warning",
  succeeded: "good",
  failed: "bad",
  undone: "warning",
  interrupted: "bad",
  cancelled: "warning",
  skipped: "faint",
};

/** A run with its steps, losses and proofs. */
export function runLines(run: RunDocument, style: Style): readonly string[] {
  return [
    `${safe(run.id)}  ${safe(run.plan)}  ${status(run.status, style)}${tookText(run)}`,
    ...table(run.steps.map((step) => stepRow(step, style))),
    ...failureLines(run.steps),
    ...(run.address === null ? [] : [`restored to ${safe(run.address)}${partText(run.steps)}`]),
    ...(run.quarantine === null ? [] : [`the replaced state is kept in ${safe(run.quarantine)}`]),
    ...amendedLines(run),
    ...lossLines(run.losses, style),
    ...proofsShown(run).flatMap((proof) => proofLines(proof, style)),
    ...(run.live === null
      ? []
      : ["programs have written to the live store since; its differences stand in the journal"]),
  ];
}

/** What stands beside may be a part of its snapshot. */
function partText(steps: readonly RunStep[]): string {
  const wanted = steps.map(({ parameters }) => parameters["wanted"]).find(isJsonObject);
  const only = wanted?.["only"];
  return Array.isArray(only) ? `, of the snapshot these alone: ${safe(only.join(", "))}` : "";
}

/** A proof that was equal before the run failed is about what stood beside: it would comfort wrongly. */
function proofsShown({ status: end, proofs }: RunDocument): RunDocument["proofs"] {
  return end === "succeeded" ? proofs : proofs.filter(({ equal }) => !equal);
}

/** What will be done, before it is. */
export function planLines(run: RunDocument, style: Style): readonly string[] {
  return [
    `plan ${style.paint("strong", safe(run.plan))}:`,
    ...run.steps.map((step, index) => `  ${index + 1}. ${safe(step.description || step.name)}`),
    ...amendedLines(run),
  ];
}

/** Rows and indexes of a live store: what came of them, or what would. */
function amendedLines({ amended, status: end }: RunDocument): readonly string[] {
  const verb = end === "planned" ? "to be put back" : "put back";
  return amended.flatMap(({ collections, touched, replaced, mended, events }) => [
    ...mendedLines(mended),
    ...eventLines(events),
    ...collections.flatMap((each) => [
      `${safe(each.name)}: ${counted(each.back, "row")} ${verb}${each.created ? ", with the table itself" : ""}${keysText(each)}`,
      ...(replaced ?? []).slice(0, KEYS_SHOWN).map((path) => `  replaces ${safe(path)}`),
      ...each.refused
        .slice(0, KEYS_SHOWN)
        .map(({ key, reason }) => `  ${keyText(key)} stays away: ${safe(reason)}`),
      ...(each.refusedTotal > KEYS_SHOWN
        ? [`  and ${counted(each.refusedTotal - KEYS_SHOWN, "more row")}`]
        : []),
    ]),
    ...(touched.length === 0
      ? []
      : [
          `${collections.length === 0 ? "built anew" : "triggers that fire"}: ${touched.map(safe).join(", ")}`,
        ]),
  ]);
}

function keysText({ keys, back }: Amended["collections"][number]): string {
  const [first] = keys;
  const last = keys.at(-1);
  if (first === undefined || last === undefined) return "";
  if (back === 1 || keys.length < back) return ` (${keyText(first)}${back > 1 ? ", …" : ""})`;
  return ` (${keyText(first)} to ${keyText(last)})`;
}

/** One line a run. */
export function runTable(runs: readonly RunDocument[], style: Style): readonly string[] {
  if (runs.length === 0) return ["no runs"];
  return table(
    runs.map((run) => [
      safe(run.id),
      run.startedAt === null ? "-" : moment(run.startedAt),
      safe(run.plan),
      status(run.status, style),
      run.durationMs === null ? "" : duration(run.durationMs),
      safe(run.reason ?? ""),
    ]),
  );
}

/** 0 when all is well and nothing lost; 6 with losses; else that of the error that ended a run. */
export function runsStatus(runs: readonly RunDocument[]): ExitStatus {
  const ended = runs.find(({ status: end }) => UNFINISHED.has(end));
  if (ended !== undefined) return failureStatus(ended);
  if (runs.some(({ proofs }) => proofs.some(({ equal }) => !equal))) return 1;
  return runs.some(({ losses }) => losses.length > 0) ? 6 : 0;
}

function failureStatus({ status: end, steps }: RunDocument): ExitStatus {
  if (end === "cancelled") return 1; // 5 would ask a script to do again what somebody called off
  const code = steps.flatMap(({ error }) => (error === null ? [] : [error.code]))[0];
  return code !== undefined && Object.hasOwn(ERRORS, code) ? ERRORS[code as ErrorCode].exit : 1;
}

const UNFINISHED: ReadonlySet<RunStatus> = new Set<RunStatus>([
  "awaiting_approval",
  "cancelled",
  "failed",
  "interrupted",
  "undone",
]);

function status(value: RunStatus | StepStatus, style: Style): string {
  return style.paint(TONES[value], value.replaceAll("_", " "));
}

function tookText({ durationMs }: RunDocument): string {
  return durationMs === null ? "" : ` in ${duration(durationMs)}`;
}

function stepRow(step: RunStep, style: Style): readonly string[] {
  const took = step.durationMs === null ? "" : duration(step.durationMs);
  return [`  ${status(step.status, style)}`, safe(step.name), took];
}

function failureLines(steps: readonly RunStep[]): readonly string[] {
  return steps.flatMap(({ name, error }) =>
    error === null ? [] : [`${safe(name)} failed: ${safe(error.message)}`, `  ${safe(error.hint)}`],
  );
}

/** What was lost, for people. */
export function lossLines(losses: readonly Loss[], style: Style): readonly string[] {
  if (losses.length === 0) return [];
  const shown = losses.slice(0, LOSSES_SHOWN).map(({ store, collection, key, reason }) => {
    const place = [store, collection ?? ""].filter((part) => part !== "").join(".");
    const row = key === null ? "" : ` ${keyText(key)}`;
    return `  ${safe(place)}${row}: ${safe(reason)}`;
  });
  const more = losses.length - shown.length;
  return [
    style.paint("warning", `lost: ${counted(losses.length, "item")}`),
    ...shown,
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}
