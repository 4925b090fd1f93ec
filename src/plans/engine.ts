import { SalvorError } from "../core/errors.ts";
import type { World } from "../core/world.ts";
import { isRunHeld, lockRun } from "../state/locks.ts";
import type { State } from "../state/types.ts";
import { describeRun, outputsOf } from "./describe-run.ts";
import { Journal, newestRuns, type RunHeading, runsAfter, unfinishedRuns } from "./journal.ts";
import type { JournalEntry } from "./events.ts";
import { workOn } from "./perform.ts";
import { unstarted } from "./run-state.ts";
import type { StepDefinition } from "./define-step.ts";
import type { Plan, RunRecord, StepOutput } from "./types.ts";
import { registryOf, validatePlan } from "./validate.ts";

/** How often a run of another process is looked at, in milliseconds. */
const FOLLOW_MS = 250;

/** What an engine works with, and whom it tells. */
export interface EngineOptions<Summary extends object> {
  readonly state: State;
  readonly world: World;
  /** Every kind of step that plans and journals may name. */
  readonly steps: readonly StepDefinition[];
  /** Holds a store until disposed. STORE_BUSY when another process holds it. */
  readonly lockStore: (store: string) => Promise<AsyncDisposable>;
  /** What the application tells about a run, beyond what the engine knows, from its steps' outputs. */
  readonly summarise: (outputs: readonly StepOutput[]) => Summary;
  /** Told of each journal entry that this process writes, after it is durable. */
  readonly onEvent: (run: string, entry: JournalEntry) => void;
}

/** A run with its summary. */
export type Run<Summary extends object> = RunRecord & Summary;

/** Who starts a run, and why. */
export interface StartOptions {
  readonly by: string;
  readonly reason: string | null;
  /** Somebody has seen what the plan will do and wants it. */
  readonly confirmed: boolean;
}

/** Carries out plans so that a crash at any instant leaves a run that can be ended. */
export interface Engine<Summary extends object> {
  /** Checks a plan and shows what it would do; nothing is written. PLAN_INVALID. */
  dryRun(plan: Plan, options: Omit<StartOptions, "confirmed">): Run<Summary>;
  /**
   * Carries out a plan, to its end: `succeeded`, `failed` or `undone`.
   *
   * @throws {SalvorError} PLAN_INVALID; CONFIRMATION_NEEDED; STORE_BUSY; REFUSED when an unfinished
   *   run has one of the stores; CANCELLED when the signal was aborted: the run is interrupted.
   */
  start(plan: Plan, options: StartOptions, signal: AbortSignal): Promise<Run<Summary>>;
  /**
   * Goes on with a run that was interrupted, stopped, or whose undo has failed; one that is over is
   * shown as it is. Two at once: one works, the other gets STORE_BUSY.
   */
  resume(run: string, by: string, signal: AbortSignal): Promise<Run<Summary>>;
  /** Resumes every interrupted run, oldest first; live ones are left to their processes. */
  resumeAll(by: string, signal: AbortSignal): Promise<readonly Run<Summary>[]>;
  /** Resumes what was interrupted on one store. Call it before holding the store's lock. */
  resumeFor(store: string, by: string, signal: AbortSignal): Promise<readonly Run<Summary>[]>;
  /**
   * Undoes a run: here when it is interrupted or stopped, else by asking its process and waiting.
   * REFUSED when it is over.
   */
  cancel(run: string, by: string, signal: AbortSignal): Promise<Run<Summary>>;
  /** One run, as it is now. NOT_FOUND. */
  run(run: string): Promise<Run<Summary>>;
  /** The newest runs, newest first. */
  runs(options?: { readonly countMax?: number }): Promise<readonly Run<Summary>[]>;
  /** Runs that were interrupted and wait, oldest first. */
  interrupted(): Promise<readonly Run<Summary>[]>;
  /** A run each time that it changes, until no process works on it. */
  follow(run: string, signal: AbortSignal): AsyncIterable<Run<Summary>>;
}

/** Joins a state, kinds of steps and a world into an engine. PLAN_INVALID when two steps share a name. */
export function createEngine<Summary extends object>(
  options: EngineOptions<Summary>,
): Engine<Summary> {
  return new JournaledEngine(options);
}

class JournaledEngine<Summary extends object> implements Engine<Summary> {
  readonly #options: EngineOptions<Summary>;
  readonly #registry;

  constructor(options: EngineOptions<Summary>) {
    this.#options = options;
    this.#registry = registryOf(options.steps);
  }

  dryRun(plan: Plan, { by, reason }: Omit<StartOptions, "confirmed">): Run<Summary> {
    const state = { ...unstarted(validatePlan(plan, this.#registry)), by, reason };
    const { summarise } = this.#options;
    return { ...describeRun("planned", state, "planned"), ...summarise(outputsOf(state)) };
  }

  async start(plan: Plan, options: StartOptions, signal: AbortSignal): Promise<Run<Summary>> {
    const valid = validatePlan(plan, this.#registry);
    if (!options.confirmed) throw unconfirmed(valid);
    await using locks = new AsyncDisposableStack();
    await this.#holdStores(valid, locks);
    this.#refuseUnfinished(valid, null);
    const run = this.#options.world.newId("run");
    const { by, reason } = options;
    // Before the journal knows of it: a run without a lock is one whose process has died.
    const lock = locks.use(await lockRun(this.#options.state.folder, run, this.#options.world));
    const journal = await Journal.create(this.#journalOf(run), valid, {
      type: "RunStarted",
      by,
      reason,
    });
    await this.#work(journal, signal);
    if (journal.current.ended !== "failed") await lock.retire();
    return this.#shown(journal);
  }

  async resume(run: string, by: string, signal: AbortSignal): Promise<Run<Summary>> {
    const journal = Journal.load(this.#journalOf(run));
    if (isOver(journal)) return this.#shown(journal);
    await using locks = new AsyncDisposableStack();
    const lock = locks.use(await lockRun(this.#options.state.folder, run, this.#options.world));
    await this.#holdStores(journal.current.plan, locks);
    journal.pull(); // another process may have ended it before it gave the lock back
    if (!isOver(journal)) {
      this.#refuseOvertaken(journal);
      validatePlan(journal.current.plan, this.#registry);
      await journal.append({ type: "RunResumed", by });
      await this.#work(journal, signal);
    }
    if (isOver(journal)) await lock.retire();
    return this.#shown(journal);
  }

  async resumeAll(by: string, signal: AbortSignal): Promise<readonly Run<Summary>[]> {
    return this.#resumeEach(
      (await this.interrupted()).map(({ id }) => id),
      by,
      signal,
    );
  }

  async resumeFor(
    store: string,
    by: string,
    signal: AbortSignal,
  ): Promise<readonly Run<Summary>[]> {
    const touching = unfinishedRuns(this.#options.state).filter((each) =>
      each.subject.includes(store),
    );
    return this.#resumeEach(
      touching.map(({ id }) => id),
      by,
      signal,
    );
  }

  async cancel(run: string, by: string, signal: AbortSignal): Promise<Run<Summary>> {
    const journal = Journal.load(this.#journalOf(run));
    if (isOver(journal)) throw overAlready(run, String(journal.current.ended));
    if (!journal.current.cancelRequested) await journal.append({ type: "CancelRequested", by });
    for (;;) {
      await this.#waitWhileHeld(run, signal);
      try {
        return await this.resume(run, by, signal);
      } catch (error) {
        // Somebody was faster, and does the same: the request stands in the journal.
        const { folder } = this.#options.state;
        if (!isStoreBusy(error) || !(await isRunHeld(folder, run, this.#options.world)))
          throw error;
      }
    }
  }

  async run(run: string): Promise<Run<Summary>> {
    return this.#shown(Journal.load(this.#journalOf(run)));
  }

  async runs({ countMax = 100 } = {}): Promise<readonly Run<Summary>[]> {
    const ids = newestRuns(this.#options.state, countMax);
    return Promise.all(ids.map((id) => this.run(id)));
  }

  async interrupted(): Promise<readonly Run<Summary>[]> {
    const ids = unfinishedRuns(this.#options.state).map(({ id }) => id);
    const runs = await Promise.all(ids.map((id) => this.run(id)));
    return runs.filter(({ status }) => status === "interrupted");
  }

  async *follow(run: string, signal: AbortSignal): AsyncGenerator<Run<Summary>> {
    const { world } = this.#options;
    for (let last = ""; ; await world.sleep(FOLLOW_MS, signal)) {
      const now = await this.run(run);
      const seen = JSON.stringify(now);
      if (seen !== last) yield now;
      if (now.status !== "running") return;
      last = seen;
    }
  }

  async #resumeEach(
    ids: readonly string[],
    by: string,
    signal: AbortSignal,
  ): Promise<readonly Run<Summary>[]> {
    const runs: Run<Summary>[] = [];
    for (const id of ids) runs.push(await this.resume(id, by, signal));
    return runs;
  }

  async #work(journal: Journal, signal: AbortSignal): Promise<void> {
    await workOn({ journal, registry: this.#registry, world: this.#options.world, signal });
  }

  /** In the order of names, which every process takes them in. */
  async #holdStores(plan: Plan, locks: AsyncDisposableStack): Promise<void> {
    for (const store of plan.subject) locks.use(await this.#options.lockStore(store));
  }

  #refuseUnfinished(plan: Plan, self: string | null): void {
    const others = unfinishedRuns(this.#options.state).filter(({ id }) => id !== self);
    const other = others.find((each) => isShared(each, plan));
    if (other === undefined) return;
    throw new SalvorError("REFUSED", `run ${other.id} has not ended, and works on the same store`, {
      hint: `"salvor resume ${other.id}" finishes it, "salvor cancel ${other.id}" undoes it.`,
    });
  }

  /** A run that failed, and after which others worked on its stores: what it knows is out of date. */
  #refuseOvertaken({ run, current }: Journal): void {
    this.#refuseUnfinished(current.plan, run);
    const newer = runsAfter(this.#options.state, run).find((each) => isShared(each, current.plan));
    if (newer === undefined) return;
    throw new SalvorError("REFUSED", `run ${newer.id} has worked on the same store since`, {
      hint: "Start a new run instead: what this one had prepared no longer fits the store.",
    });
  }

  async #waitWhileHeld(run: string, signal: AbortSignal): Promise<void> {
    const { state, world } = this.#options;
    while (await isRunHeld(state.folder, run, world)) await world.sleep(FOLLOW_MS, signal);
  }

  /** As it is now. A run that nobody holds and that has not ended lost its process. */
  async #shown(journal: Journal): Promise<Run<Summary>> {
    const { state, world, summarise } = this.#options;
    const held =
      journal.current.ended === null && (await isRunHeld(state.folder, journal.run, world));
    const current = journal.pull(); // it may have ended before its lock was looked at
    const record = describeRun(journal.run, current, held ? "running" : "interrupted");
    return { ...record, ...summarise(outputsOf(current)) };
  }

  #journalOf(run: string) {
    const { state, world } = this.#options;
    return { state, world, run, onEntry: this.#options.onEvent };
  }
}

/** Nothing more can come of it. A failed one can be resumed, or cancelled. */
function isOver({ current }: Journal): boolean {
  return current.ended !== null && current.ended !== "failed";
}

function isShared(heading: RunHeading, plan: Plan): boolean {
  return heading.subject.some((store) => plan.subject.includes(store));
}

function isStoreBusy(error: unknown): boolean {
  return error instanceof SalvorError && error.code === "STORE_BUSY";
}

function unconfirmed(plan: Plan): SalvorError {
  return new SalvorError("CONFIRMATION_NEEDED", `plan "${plan.name}" changes live data`, {
    hint: 'Look at it with "--dry-run", then run it on a terminal or with "--yes".',
  });
}

function overAlready(run: string, status: string): SalvorError {
  return new SalvorError("REFUSED", `run ${run} has ended: ${status}`, {
    hint: "Only what runs, was interrupted or has failed can be cancelled.",
  });
}
