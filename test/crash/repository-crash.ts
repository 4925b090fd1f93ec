import assert from "node:assert/strict";
import { cp } from "node:fs/promises";

import { nodeDisk } from "../../src/core/disk.ts";
import type { Problem, Repository } from "../../src/repository/types.ts";
import { memoryFolder } from "../support/folder.ts";
import { seededRandom } from "../support/random.ts";
import { crashStates, everyCrashState, type CrashState, type Sampling } from "./crash-states.ts";
import { materialise } from "./disk-image.ts";
import { showOperation } from "./operations.ts";
import {
  failOnce,
  fullFrom,
  killedAt,
  recordDisk,
  type FailureRule,
  type RecordingDisk,
} from "./recording-disk.ts";
import type { Promised, RepositoryScenario } from "./repository-scenarios.ts";
import { backup, withRepository, type Stand } from "./repository-stand.ts";
import { contentDigest, tinyContent, type TinyContent } from "./tiny-content.ts";

const { signal } = new AbortController();
const VERSIONS = 4;

/** A scenario in the folder that it begins with. */
export interface Stage extends AsyncDisposable {
  readonly stand: Stand;
  readonly scenario: RepositoryScenario;
  /** The repository before the deed. */
  readonly before: string;
  readonly kept: Promised;
  /** Ids of snapshots that may be lacking bytes. */
  readonly hurt: ReadonlySet<string>;
  readonly contents: readonly TinyContent[];
}

/** Builds what a scenario begins with. */
export async function setStage(scenario: RepositoryScenario, stand: Stand): Promise<Stage> {
  const folder = await memoryFolder();
  const contents = await Promise.all(
    Array.from({ length: VERSIONS }, (_, at) => tinyContent(folder.path, at + 1)),
  );
  const before = folder.join("repository");
  await nodeDisk.makeFolder(before);
  const isEmpty = scenario.name.includes("being made");
  const kept = isEmpty
    ? new Map<string, string>()
    : await withRepository(stand, { folder: before }, (repository) =>
        scenario.prepare(repository, contents.slice(0, VERSIONS - 1)),
      );
  const hurt = scenario.hurts ? await idsIn(stand, before) : new Set<string>();
  await scenario.spoil(before);
  const dispose = async (): Promise<void> => folder[Symbol.asyncDispose]();
  return { stand, scenario, before, kept, hurt, contents, [Symbol.asyncDispose]: dispose };
}

async function idsIn(stand: Stand, folder: string): Promise<ReadonlySet<string>> {
  const snapshots = await withRepository(stand, { folder }, (found) => found.snapshots(signal));
  return new Set(snapshots.map(({ id }) => id));
}

/** One undisturbed run, written down; the promises that it made are the recording's marks. */
export async function recordDeed(
  stage: Stage,
): Promise<{ readonly recording: RecordingDisk; readonly promised: Promised }> {
  await using folder = await copyOf(stage.before);
  const recording = await recordDisk(folder.path);
  const promised = await perform(stage, folder.path, recording);
  recording.mark("returned");
  return { recording, promised };
}

/** Crash states: every one, or so many drawn by seed. */
export function statesOf(
  recording: RecordingDisk,
  effort: { readonly seed: number; readonly states: number | "all" },
): Iterable<CrashState> {
  if (effort.states === "all")
    return everyCrashState(recording, { seed: effort.seed, samples: 64 });
  return drawnStates(recording, effort.seed, effort.states);
}

/** Brings a crash state onto the disk and holds the repository to its promises. */
export async function judgeCrash(
  stage: Stage,
  promised: Promised,
  state: CrashState,
): Promise<void> {
  await using folder = await memoryFolder();
  await materialise(state.image, folder.path);
  const returned = state.marks.includes("returned");
  const must = new Map([...stage.kept, ...(returned ? promised : [])]);
  try {
    // Of a killed change of the passphrase nobody was told: either one may open.
    await judge(stage, folder.path, {
      must,
      returned: returned && !state.marks.includes("killed"),
    });
  } catch (error) {
    throw new Error(`${stage.scenario.name}:\n${state.story.join("\n")}\n${String(error)}`, {
      cause: error,
    });
  }
}

/**
 * Lets operations fail as told, while the program lives on. Answers how many it asked for, and
 * whether the deed was done all the same.
 */
export async function judgeFailure(
  stage: Stage,
  fails: FailureRule,
): Promise<{ readonly attempts: number; readonly done: boolean }> {
  await using folder = await copyOf(stage.before);
  const recording = await recordDisk(folder.path, fails);
  let promised: Promised | null = null;
  try {
    promised = await perform(stage, folder.path, recording);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : null;
    assert.ok(code === "DISK_FULL" || code === "DISK_FAILED", `failed with ${String(error)}`);
  }
  const must = new Map([...stage.kept, ...(promised ?? [])]);
  try {
    await judge(stage, folder.path, { must, returned: promised !== null });
  } catch (error) {
    const story = recording.log.map(showOperation).join("\n");
    throw new Error(`${stage.scenario.name}, after a failure:\n${story}\n${String(error)}`, {
      cause: error,
    });
  }
  return { attempts: recording.attempts, done: promised !== null };
}

/**
 * The process is killed before one operation, the next one makes a backup that finds much of what
 * the killed one stored (every other time after a repair, which finds all of it), and then the power
 * is cut: what the killed one never synced must not be what the backup rests on.
 */
export async function judgeKill(stage: Stage, killAt: number, sampling: Sampling): Promise<number> {
  await using folder = await copyOf(stage.before);
  const kill = killedAt(killAt);
  const recording = await recordDisk(folder.path, kill.rule);
  await perform(stage, folder.path, recording).catch(() => {});
  kill.revive();
  recording.mark("killed");
  const passphrase = await passphraseOf(stage, folder.path, false);
  const where = { folder: folder.path, disk: recording.disk, seed: 4 };
  const promised = await withRepository({ ...stage.stand, passphrase }, where, async (next) => {
    if (stage.scenario.repairAfter || killAt % 2 === 0) await next.repair(signal);
    const content = stage.contents[1] ?? last(stage);
    return new Map([[(await backup(next, content)).id, content.digest]]);
  });
  recording.mark("returned");
  let states = 0;
  for (const state of crashStates(recording, recording.log.length, sampling)) {
    states += 1;
    await judgeCrash(stage, promised, state);
  }
  return states;
}

/** Every way in which one operation may fail, and a disk that is full from there on. */
export function waysToFail(at: number): readonly FailureRule[] {
  return [
    failOnce(at, { code: "EIO", half: false }),
    failOnce(at, { code: "ENOSPC", half: true }),
    fullFrom(at),
  ];
}

/** How many operations the deed asks for when nothing disturbs it. */
export async function countOperations(stage: Stage): Promise<number> {
  const { attempts, done } = await judgeFailure(stage, () => null);
  assert.equal(done, true, "undisturbed, it does not succeed");
  return attempts;
}

function perform(stage: Stage, folder: string, { disk }: RecordingDisk): Promise<Promised> {
  return withRepository(stage.stand, { folder, disk, seed: 2 }, (repository) =>
    stage.scenario.act(repository, stage.contents),
  );
}

interface Expectation {
  readonly must: Promised;
  readonly returned: boolean;
}

async function judge(stage: Stage, folder: string, expected: Expectation): Promise<void> {
  const passphrase = await passphraseOf(stage, folder, expected.returned);
  const stand = { ...stage.stand, passphrase };
  const { hurt } = stage;
  const known = new Set(stage.contents.map(({ digest }) => digest));
  await withRepository(stand, { folder, seed: 3 }, async (repository) => {
    if (stage.scenario.repairAfter) await repository.repair(signal);
    await checkSnapshots(repository, expected.must, { known, hurt });
    const content = last(stage);
    const { id } = await backup(repository, content);
    const must = new Map([...expected.must, [id, content.digest]]);
    await checkSnapshots(repository, must, { known, hurt });
    // What the interrupted one left behind is collected, and nothing else.
    const keepLast = hurt.size === 0 ? 100 : must.size;
    await repository.prune({ keepLast }, { dryRun: false }, signal);
    await checkSnapshots(repository, must, { known, hurt: new Set() });
  });
}

function last(stage: Stage): TinyContent {
  const content = stage.contents.at(-1);
  assert.ok(content !== undefined);
  return content;
}

async function checkSnapshots(
  repository: Repository,
  must: Promised,
  { known, hurt }: { known: ReadonlySet<string>; hurt: ReadonlySet<string> },
): Promise<void> {
  const isHurt = ({ snapshots }: Problem): boolean => snapshots.some((id) => hurt.has(id));
  const problems = (await repository.check(signal)).filter((problem) => !isHurt(problem));
  assert.deepEqual(problems, [], "the repository does not check clean");
  const found = await repository.snapshots(signal);
  const ids = found.map(({ id }) => id);
  for (const id of must.keys()) assert.ok(ids.includes(id), `snapshot ${id} is gone`);
  for (const id of ids.filter((each) => !hurt.has(each))) {
    const digest = await contentDigest(await repository.content(id, signal));
    assert.equal(digest, must.get(id) ?? digest, `snapshot ${id} gives back something else`);
    assert.ok(known.has(digest), `snapshot ${id} gives back what was never there`);
    assert.equal((await repository.sealed(id, signal)).trees.length, 1);
  }
}

/** The new passphrase once it was promised; before, the one of the two that opens. */
async function passphraseOf(
  { stand, scenario }: Stage,
  folder: string,
  returned: boolean,
): Promise<string | null> {
  const next = scenario.nextPassphrase;
  if (next === null || stand.passphrase === null) return stand.passphrase;
  if (returned) return next;
  const opens = await withRepository(
    { ...stand, passphrase: next },
    { folder },
    async () => true,
  ).catch(() => false);
  return opens ? next : stand.passphrase;
}

function* drawnStates(recording: RecordingDisk, seed: number, count: number): Iterable<CrashState> {
  const random = seededRandom(seed);
  for (let at = 0; at < count; at += 1) {
    const cutAt = random.below(recording.log.length + 1);
    yield random.pick([...crashStates(recording, cutAt, { seed: seed + at, samples: 16 })]);
  }
}

async function copyOf(folder: string): Promise<Awaited<ReturnType<typeof memoryFolder>>> {
  const copy = await memoryFolder();
  await cp(folder, copy.path, { recursive: true });
  return copy;
}
