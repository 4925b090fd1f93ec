import { seededRandom, type Random } from "../support/random.ts";
import { imageAt, type DiskImage, type Fate } from "./disk-image.ts";
import {
  showOperation,
  type DataOperation,
  type EntryOperation,
  type Recording,
} from "./operations.ts";

const SECTOR = 512;
const EXHAUSTIVE_MAX = 64;

/** How many fates are drawn by seed where all of them are too many. */
export interface Sampling {
  readonly seed: number;
  readonly samples: number;
}

/** A disk after a power cut, with what was promised before it and how it came about. */
export interface CrashState {
  readonly cutAt: number;
  readonly marks: readonly string[];
  readonly image: DiskImage;
  /** What was lost, one line each, for a failing test. */
  readonly story: readonly string[];
}

/** An operation that the disk may or may not have kept, and what may have become of it. */
interface Unsettled {
  readonly index: number;
  readonly fates: readonly Fate[];
}

/**
 * Every disk that POSIX allows after a power cut before operation `cutAt`, each once. What no sync
 * covers may be lost, torn at a sector, or kept without what came before it. All combinations when
 * they are few; else the telling ones and `samples` drawn by seed.
 */
export function* crashStates(
  recording: Recording,
  cutAt: number,
  sampling: Sampling = { seed: 1, samples: 32 },
): Generator<CrashState> {
  const open = unsettled(recording, cutAt);
  const marks = recording.log
    .slice(0, cutAt)
    .flatMap((operation) => (operation.kind === "mark" ? [operation.path] : []));
  const seen = new Set<string>();
  for (const fates of combinations(open, sampling)) {
    const chosen = new Map(open.map(({ index }, at) => [index, fates[at] ?? "kept"]));
    const image = imageAt(recording, cutAt, chosen);
    if (seen.has(image.digest)) continue;
    seen.add(image.digest);
    yield { cutAt, marks, image, story: tell(recording, cutAt, chosen) };
  }
}

/** The same for every cut; a disk that two cuts leave, with the same promises, comes once. */
export function* everyCrashState(
  recording: Recording,
  sampling: Sampling = { seed: 1, samples: 32 },
): Generator<CrashState> {
  const seen = new Set<string>();
  for (let cutAt = 0; cutAt <= recording.log.length; cutAt += 1) {
    for (const state of crashStates(recording, cutAt, sampling)) {
      const key = `${state.marks.length} ${state.image.digest}`;
      if (seen.has(key)) continue;
      seen.add(key);
      yield state;
    }
  }
}

function unsettled(recording: Recording, cutAt: number): Unsettled[] {
  const found: Unsettled[] = [];
  for (let index = 0; index < cutAt; index += 1) {
    const operation = recording.log[index];
    if (operation === undefined) break;
    switch (operation.kind) {
      case "sync":
      case "syncFailed":
      case "mark":
        continue;
      case "write":
      case "truncate":
      case "mode": {
        if (isSynced(recording, { inode: operation.inode, index, cutAt })) continue;
        found.push({ index, fates: dataFates(operation) });
        continue;
      }
      case "create":
      case "makeFolder":
      case "rename":
      case "remove": {
        const fates = entryFates(recording, operation, index, cutAt);
        if (fates.length > 1) found.push({ index, fates });
      }
    }
  }
  return found;
}

function isSynced(
  recording: Recording,
  what: { inode: number; index: number; cutAt: number },
): boolean {
  for (let at = what.index + 1; at < what.cutAt; at += 1) {
    const operation = recording.log[at];
    if (operation?.kind !== "sync" && operation?.kind !== "syncFailed") continue;
    if (operation.inode !== what.inode || operation.covers <= what.index) continue;
    return operation.kind === "sync";
  }
  return false;
}

function dataFates(operation: DataOperation): Fate[] {
  if (operation.kind !== "write") return ["kept", "lost"];
  const boundaries = sectorsInside(operation.position, operation.bytes.length);
  const middle = boundaries[Math.floor(boundaries.length / 2)];
  const torn: Fate[] = middle === undefined ? [] : [{ tornAt: middle }];
  return ["kept", "lost", "zeroed", ...torn];
}

function sectorsInside(position: number, length: number): number[] {
  const boundaries: number[] = [];
  const first = Math.floor(position / SECTOR) * SECTOR + SECTOR;
  for (let at = first; at < position + length; at += SECTOR) boundaries.push(at - position);
  return boundaries;
}

/** A rename between folders is kept whole, lost whole, or leaves both names; nothing vanishes. */
function entryFates(
  recording: Recording,
  operation: EntryOperation,
  index: number,
  cutAt: number,
): Fate[] {
  const target = isSynced(recording, { inode: operation.folder, index, cutAt });
  if (operation.kind !== "rename" || operation.fromFolder === operation.folder)
    return target ? ["kept"] : ["kept", "lost"];
  const source = isSynced(recording, { inode: operation.fromFolder, index, cutAt });
  if (source) return ["kept"];
  return target ? ["kept", "linked"] : ["kept", "lost", "linked"];
}

function* combinations(open: readonly Unsettled[], sampling: Sampling): Generator<Fate[]> {
  const count = open.reduce((product, { fates }) => product * fates.length, 1);
  if (count <= EXHAUSTIVE_MAX) yield* allCombinations(open, count);
  else yield* someCombinations(open, sampling);
}

function* allCombinations(open: readonly Unsettled[], count: number): Generator<Fate[]> {
  for (let number = 0; number < count; number += 1) {
    let rest = number;
    yield open.map(({ fates }) => {
      const fate = fates[rest % fates.length] ?? "kept";
      rest = Math.floor(rest / fates.length);
      return fate;
    });
  }
}

function* someCombinations(open: readonly Unsettled[], sampling: Sampling): Generator<Fate[]> {
  const kept = open.map((): Fate => "kept");
  const lost = open.map(({ fates }): Fate => worst(fates));
  yield kept;
  yield lost;
  // The classic: names reached the disk and contents did not, and the reverse.
  yield open.map(({ fates }) => (fates.includes("zeroed") ? worst(fates) : "kept"));
  yield open.map(({ fates }) => (fates.includes("zeroed") ? "kept" : worst(fates)));
  for (const [at, { fates }] of open.entries()) {
    for (const fate of fates.slice(1)) yield kept.with(at, fate);
    yield lost.with(at, "kept");
  }
  const random = seededRandom(sampling.seed);
  for (let sample = 0; sample < sampling.samples; sample += 1) {
    yield open.map(({ fates }) => randomFate(fates, random));
  }
}

function worst(fates: readonly Fate[]): Fate {
  return fates.includes("lost") ? "lost" : (fates.at(-1) ?? "kept");
}

function randomFate(fates: readonly Fate[], random: Random): Fate {
  return random.below(2) === 0 ? "kept" : random.pick(fates);
}

function tell(recording: Recording, cutAt: number, chosen: ReadonlyMap<number, Fate>): string[] {
  const next = recording.log[cutAt];
  const story = [`cut before ${next === undefined ? "the end" : showOperation(next)} (#${cutAt})`];
  for (const [index, fate] of chosen) {
    const operation = recording.log[index];
    if (fate === "kept" || operation === undefined) continue;
    const shown = typeof fate === "string" ? fate : `torn at ${fate.tornAt}`;
    story.push(`${shown}: ${showOperation(operation)} (#${index})`);
  }
  return story;
}
