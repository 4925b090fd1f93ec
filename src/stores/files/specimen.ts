import { lstat } from "node:fs/promises";

import { SalvorError } from "../../core/errors.ts";
import { entryModule } from "../../core/module.ts";
import type { Observation } from "../../core/finding.ts";
import type { JsonObject } from "../../core/json.ts";
import { timestamp } from "../../core/world.ts";
import { emptyInspection } from "../inspection.ts";
import type { FileFacts } from "../facts.ts";
import type { Image, Inspection, InspectionKind, Specimen } from "../types.ts";
import { captureTree } from "./capture.ts";
import type { LiveTree } from "./live.ts";
import { observe } from "./observe.ts";
import { preflightTree } from "./preflight.ts";
import { FILES } from "./rows.ts";
import type { Survey, SurveyInput } from "./survey-task.ts";

interface Held {
  readonly tree: LiveTree;
  readonly image: Image | null;
  readonly survey: Survey;
  /** Why there is no folder to look into. */
  readonly blocked: readonly Observation[];
}

/** Holds a tree: an image where all of it can be read, and what a walk through it shows. */
export async function holdTree(tree: LiveTree, signal: AbortSignal): Promise<Specimen> {
  const { root, context, options } = tree;
  const { image, trouble } = await tryCapture(tree, signal);
  try {
    const blocked = await preflightTree(context.disk, root);
    const input: SurveyInput = { root, exclude: options.exclude, nowMs: context.world.now() };
    const task = entryModule("stores/files/survey-task");
    const survey =
      blocked.length > 0 ? nothing : await context.hosts.run<Survey>("bytes", task, input, signal);
    const held: Held = { tree, image, survey, blocked };
    return {
      image,
      trouble,
      inspect: (kind, abort) => inspectHeld(held, kind, abort),
      [Symbol.asyncDispose]: async () => image?.[Symbol.asyncDispose](),
    };
  } catch (error) {
    await image?.[Symbol.asyncDispose]();
    throw error;
  }
}

const nothing: Survey = { audit: [], integrity: [], scan: [], checked: 0, unreadable: 0 };

async function tryCapture(
  tree: LiveTree,
  signal: AbortSignal,
): Promise<{ readonly image: Image | null; readonly trouble: SalvorError | null }> {
  try {
    return { image: await captureTree(tree, { exclusive: false }, signal), trouble: null };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof SalvorError) || !STORES_OWN.has(error.code)) throw error;
    return { image: null, trouble: error };
  }
}

const STORES_OWN: ReadonlySet<string> = new Set([
  "DISK_FAILED",
  "PERMISSION_DENIED",
  "REFUSED", // something else in its place
  "STORE_MISSING",
]);

async function inspectHeld(
  held: Held,
  kind: InspectionKind,
  signal: AbortSignal,
): Promise<Inspection> {
  signal.throwIfAborted();
  const { survey, blocked, image } = held;
  const isComplete = blocked.length === 0 && survey.unreadable === 0;
  const seen = {
    ...emptyInspection,
    observations: survey[kind],
    complete: isComplete,
    checked: survey.checked,
  };
  if (kind !== "audit") return seen;
  const counts = image === null ? {} : image.description;
  return {
    ...seen,
    observations: [...blocked, ...survey.audit, ...changing(held)],
    files: await filesOf(held),
    collections: await countsOf(held, signal),
    properties: propertiesOf(counts),
  };
}

/** Worth a line: what is backed up of such a tree is of no one instant. */
function changing({ image, tree }: Held): readonly Observation[] {
  if (image === null || image.description["fingerprint"] !== null) return [];
  const names = JSON.stringify(image.description["changing"]);
  const description = `files of ${tree.root} change each time that they are read: ${names}`;
  return [observe("files.tree.changing", description, {}, names)];
}

async function countsOf(
  { image, survey }: Held,
  signal: AbortSignal,
): Promise<Readonly<Record<string, number>> | null> {
  if (image === null || survey.unreadable > 0) return null;
  const { receipt } = await image.seal({ portable: false }, signal);
  return { [FILES.name]: receipt.collections[FILES.name]?.count ?? 0 };
}

/** What the walk has counted; the fingerprint is nobody's property. */
function propertiesOf({ engine, files, folders, links, bytes, leftAlone }: JsonObject): JsonObject {
  const facts = { engine, files, folders, links, bytes, leftAlone };
  return Object.fromEntries(
    Object.entries(facts).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

const FILES_MAX = 1_000;

/** The folder, and every file that there is something to say of. */
async function filesOf({ tree, survey, blocked }: Held): Promise<readonly FileFacts[]> {
  const [problem] = blocked;
  const files = [await factsOf(tree.root, problem ?? null)];
  const named = new Map<string, Observation>();
  for (const each of survey.audit) {
    const { file } = each.location;
    if (file !== undefined && file !== "" && !named.has(file)) named.set(file, each);
  }
  for (const [file, observation] of [...named].slice(0, FILES_MAX)) {
    files.push(await factsOf(`${tree.root}/${file}`, observation));
  }
  return files;
}

async function factsOf(path: string, problem: Observation | null): Promise<FileFacts> {
  const error = problem?.description ?? null;
  const readable = problem === null || !UNREADABLE.has(problem.code);
  const facts = { path, sha256: null, valid: error === null, error };
  try {
    const { size, mtimeMs } = await lstat(path);
    return { ...facts, exists: true, readable, sizeBytes: size, modifiedAt: timestamp(mtimeMs) };
  } catch {
    return { ...facts, exists: false, readable: false, sizeBytes: null, modifiedAt: null };
  }
}

const UNREADABLE: ReadonlySet<string> = new Set([
  "files.entry.hardware",
  "files.entry.unreadable",
  "files.root.kind",
]);
