import type { LogEvent } from "../../stores/events.ts";
import type { Guard, JoinedProjection } from "../compiled.ts";
import type { StateTable } from "../state-table.ts";
import type { ProjectionTable } from "../types.ts";
import { Misconduct, Refusal } from "../values/sql-value.ts";
import type { BridgedTable } from "./bridge.ts";
import { placeIn } from "./invalid.ts";
import type { Instance } from "./open-instance.ts";
import { bridgeTo, StepsAgain, type Steps } from "./table-bridge.ts";
import { runWithin } from "./within-time.ts";

/** So many events are all handled twice; of those behind them, some of each stretch are. */
const FULL = 16_384;
const STRETCH = 65_536;
const WATCHED = 8_192;
/** The second instance is made anew after each event at first, so that a short log tells too. */
const BEGINNING = 8;
const GROWTH = 2;

/** What code works on, and how long it may take for one event. */
export interface CodeTables {
  readonly definitions: Readonly<Record<string, ProjectionTable>>;
  readonly tables: ReadonlyMap<string, StateTable>;
  readonly timeoutMs: number;
}

/**
 * The handlers of a module, joined to tables. Events are handled twice: by the instance that has
 * handled all before, and by one that was made anew since, which is answered as the first one was.
 * Where that takes other steps, the first knew something that is not in the tables.
 */
export class CodeWork implements JoinedProjection, Guard {
  readonly guard = this;
  readonly timeoutMs: number;
  readonly #open: () => Promise<Instance>;
  readonly #tables: readonly StateTable[];
  readonly #spelled: string;
  readonly #steps: Steps = { taken: [], isNoted: false, isDeep: false };
  readonly #trouble: unknown[] = [];
  readonly #handle: Handle;
  #again: Again | null = null;
  #count = 0;
  /** The count at which the second instance is made anew, or rests. */
  #nextChange = 1;

  constructor(
    { inside }: Instance,
    open: () => Promise<Instance>,
    { definitions, tables, timeoutMs }: CodeTables,
  ) {
    this.#open = open;
    this.timeoutMs = timeoutMs;
    this.#tables = [...tables.values()];
    this.#spelled = JSON.stringify(bridged(definitions));
    const bridge = bridgeTo(this.#tables, this.#steps, this.#trouble);
    this.#handle = inside.connect(bridge, this.#spelled);
  }

  readonly apply = (event: LogEvent): void => {
    this.#count += 1;
    this.#steps.taken.length = 0;
    this.#steps.isDeep = false;
    const problem = this.#handle(event);
    // The handler may have caught what it was told; the build may not.
    if (this.#trouble.length > 0) throw this.#trouble[0];
    if (this.#again !== null) refuseOthers(this.#again, event, problem);
    if (problem !== null) throw new Refusal(shortened(problem));
  };

  async ready(): Promise<number> {
    if (this.#count >= this.#nextChange) await this.#change();
    return this.#nextChange - this.#count;
  }

  run(work: () => void): boolean {
    return runWithin(this.timeoutMs, work);
  }

  async #change(): Promise<void> {
    const isEarly = this.#count < FULL;
    const rests = !isEarly && this.#again !== null;
    this.#again = rests ? null : await this.#anew();
    this.#steps.isNoted = !rests;
    const later = rests ? STRETCH - WATCHED : WATCHED;
    this.#nextChange = this.#count + (isEarly ? lifeAt(this.#count) : later);
  }

  async #anew(): Promise<Again> {
    const steps = new StepsAgain(this.#tables, this.#steps);
    const { inside } = await this.#open();
    return { steps, handle: inside.connect(steps.bridge, this.#spelled) };
  }
}

type Handle = (event: object) => string | null;

interface Again {
  readonly steps: StepsAgain;
  readonly handle: Handle;
}

/** Short at first, so that a log of few events tells too. */
function lifeAt(count: number): number {
  if (count < BEGINNING) return 1;
  return Math.min(Math.ceil(count * (GROWTH - 1)), FULL - count);
}

function refuseOthers({ steps, handle }: Again, event: LogEvent, before: string | null): void {
  steps.begin();
  const problem = handle(event);
  // How deep the stack is tells nobody anything.
  if (steps.isDeep || isOverflow(before) || isOverflow(problem)) return;
  if (steps.isSame && firstLine(problem) === firstLine(before)) return;
  throw new Misconduct(
    "does something else when it is loaded anew: it knows something of earlier events that is not " +
      "in its tables",
  );
}

function isOverflow(problem: string | null): boolean {
  return problem?.startsWith("RangeError: Maximum call stack") === true;
}

function firstLine(problem: string | null): string | null {
  return problem?.split("\n", 1)[0] ?? null;
}

function bridged(definitions: Readonly<Record<string, ProjectionTable>>): readonly BridgedTable[] {
  return Object.entries(definitions).map(([name, { key, columns }]) => ({
    name,
    key,
    columns: Object.entries(columns),
  }));
}

/** The message, and the place in the module; the frames of Salvor's own are of no use. */
function shortened(problem: string): string {
  const [message = "", ...stack] = problem.split("\n");
  const place = placeIn(stack.join("\n"));
  return place === null ? message : `${message} (${place.path}:${place.line})`;
}
