import type { KeyObject } from "node:crypto";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { currentActor } from "../audit-trail/actor.ts";
import { nodeDisk } from "../core/disk.ts";
import { messageOf, SalvorError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import type { WorkerPool } from "../core/pool.ts";
import { quietProgress, type Progress } from "../core/progress.ts";
import { systemWorld, type World } from "../core/world.ts";
import type { ProjectionConfig, RebuildProgress } from "../projections/types.ts";
import type { Repository } from "../repository/types.ts";
import type { State } from "../state/types.ts";
import type { Driver } from "../stores/define-driver.ts";
import { drivers } from "../stores/drivers.ts";
import type { EventQuarantine } from "../stores/event-quarantine.ts";
import type { Hosts } from "../stores/host/hosts.ts";
import type { Address, DriverContext, Store } from "../stores/types.ts";
import { configMissing } from "./config/find.ts";
import { loadConfig, loadConfigIfThere } from "./config/load.ts";
import type { Config, StoreConfig } from "./config/types.ts";
import type { RepositoryPlace } from "./repositories.ts";
import { openSessionLog } from "./session-log.ts";
import type { Environment, OpenOptions } from "./types.ts";

/** Everything that one opened Salvor holds; each piece is made when it is first asked for. */
export class Session implements AsyncDisposable {
  readonly world: World;
  readonly progress: Progress;
  /** Null without a salvor.yaml: then only what works on paths works. */
  readonly config: Config | null;
  readonly cwd: string;
  readonly env: Environment;
  /** Who asks, for the journal and the audit trail. */
  readonly by: string;
  /** Those who want to know how far states are that are being built. */
  readonly builds = new Set<(progress: RebuildProgress) => void>();
  readonly #held = new AsyncDisposableStack();
  readonly #made = new Map<string, Promise<unknown>>();

  constructor(options: OpenOptions, config: Config | null) {
    this.world = systemWorld(this.#held.use(openSessionLog(options.log, config?.log ?? null)));
    this.progress = options.progress ?? quietProgress;
    this.cwd = options.cwd ?? process.cwd();
    this.env = options.env ?? process.env;
    this.by = currentActor(options.by).by;
    this.config = config;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#made.values());
    await this.#held[Symbol.asyncDispose]();
  }

  /** The configuration, or CONFIG_MISSING. */
  requireConfig(): Config {
    if (this.config !== null) return this.config;
    throw configMissing(this.cwd);
  }

  /** Folder of the state; without a salvor.yaml one that goes with this command. */
  async stateFolder(): Promise<string> {
    return this.config?.state ?? join(await this.scratch(), "state");
  }

  state(): Promise<State> {
    return this.#once("state", async () => {
      const { openState } = await import("../state/open-state.ts");
      const state = await openState(await this.stateFolder(), this.world);
      this.#held.use(state);
      return state;
    });
  }

  /** The threads that compute. */
  pool(): Promise<WorkerPool> {
    return this.#once("pool", async () => {
      const { WorkerPool: Made } = await import("../core/pool.ts");
      return this.#held.use(new Made());
    });
  }

  /** The processes that work on stores. */
  hosts(): Promise<Hosts> {
    return this.#once("hosts", async () => {
      const { Hosts: Made } = await import("../stores/host/hosts.ts");
      return this.#held.use(new Made());
    });
  }

  /** A folder of this command's own, on the disk of the state. */
  scratch(): Promise<string> {
    return this.#once("scratch", async () => {
      const parent = this.config === null ? tmpdir() : this.config.state;
      const { openScratch } = await import("./scratch.ts");
      const scratch = await openScratch(join(parent, scratchName(this.config)), this.world);
      this.#held.use(scratch);
      return scratch.path;
    });
  }

  /** Where damaged events of a log are kept: the file with this path. */
  eventQuarantine(path: string): Promise<EventQuarantine> {
    return this.#once(`events ${path}`, async () => {
      const { EventQuarantine: Made } = await import("../stores/event-quarantine.ts");
      return new Made(nodeDisk, path);
    });
  }

  /** The repository of the configuration. REPOSITORY_MISSING when nobody has backed up yet. */
  repository(signal: AbortSignal): Promise<Repository> {
    return this.repositoryAt({ folder: null, create: false }, signal);
  }

  /** The repository at a folder, or that of the configuration. */
  repositoryAt(place: RepositoryPlace, signal: AbortSignal): Promise<Repository> {
    return this.#once(`repository ${place.folder ?? ""}`, async () => {
      const { openRepositoryAt } = await import("./repositories.ts");
      const opened = await openRepositoryAt(this, await this.pool(), place, signal);
      this.#held.use(opened);
      return opened;
    });
  }

  /** Names of the stores that were asked for, or of all. CONFIG_INVALID when there is none. */
  storeNames(asked: readonly string[] = []): readonly string[] {
    if (asked.length > 0) return [...new Set(asked)].map((name) => this.storeConfig(name).name);
    const { stores, file } = this.requireConfig();
    if (stores.length > 0) return stores.map(({ name }) => name);
    throw new SalvorError("CONFIG_INVALID", `${file} names no stores`, {
      hint: 'Add one under "stores", or let "salvor init --force" look for them.',
    });
  }

  /** A configured store by name. */
  async store(name: string): Promise<Store> {
    const { driver, options } = this.storeConfig(name);
    return this.openStore(name, driver, options);
  }

  storeConfig(name: string): StoreConfig {
    const { stores, file } = this.requireConfig();
    const found = stores.find((store) => store.name === name);
    if (found !== undefined) return found;
    const known = stores.map((store) => store.name).join(", ") || "none";
    throw new SalvorError("STORE_UNKNOWN", `there is no store "${name}" in ${file}`, {
      hint: `It names these: ${known}.`,
    });
  }

  /** Names of the projections that were asked for, or of all. CONFIG_INVALID when there is none. */
  projectionNames(asked: readonly string[] = []): readonly string[] {
    if (asked.length > 0) return [...new Set(asked)].map((name) => this.projection(name).name);
    const { projections, file } = this.requireConfig();
    if (projections.length > 0) return projections.map(({ name }) => name);
    throw new SalvorError("CONFIG_INVALID", `${file} names no projections`, {
      hint: 'Add one under "projections": what is computed from which event log, and where it goes.',
    });
  }

  /** A configured projection. STORE_UNKNOWN when there is none of this name. */
  projection(name: string): ProjectionConfig {
    const { projections, file } = this.requireConfig();
    const found = projections.find((each) => each.name === name);
    if (found !== undefined) return found;
    const known = projections.map((each) => each.name).join(", ") || "none";
    throw new SalvorError("STORE_UNKNOWN", `there is no projection "${name}" in ${file}`, {
      hint: `It names these: ${known}.`,
    });
  }

  isProjection(name: string): boolean {
    return this.config?.projections.some((each) => each.name === name) ?? false;
  }

  async openStore(name: string, driver: string, options: JsonObject): Promise<Store> {
    return driverNamed(driver).open(name, options, await this.driverContext());
  }

  /** A store of the same kind at another address. */
  async openStoreAt(
    name: string,
    driver: string,
    options: JsonObject,
    address: Address,
  ): Promise<Store> {
    return this.openStore(name, driver, driverNamed(driver).at(address, options));
  }

  async driverContext(): Promise<DriverContext> {
    const { world } = this;
    const [pool, hosts] = [await this.pool(), await this.hosts()];
    return { world, pool, hosts, disk: nodeDisk, scratch: await this.scratch() };
  }

  /** A path as the user wrote it, absolute. */
  path(given: string): string {
    return resolve(this.cwd, given);
  }

  /**
   * Records what was done in the audit trail. What is done is done, and an emergency waits for no
   * lost key and no full disk: a trail that cannot be written is said loudly, and ends nothing.
   */
  async record(action: string, subject: string, reason: string, detail: JsonObject): Promise<void> {
    if (this.config === null) return; // a bare host has no trail to write to
    try {
      const { recordDeed } = await import("../audit-trail/append.ts");
      const deed = { actor: currentActor(this.by), action, subject, reason, detail };
      await recordDeed(await this.state(), await this.trailKey(), deed, this.world);
    } catch (error) {
      if (!(error instanceof SalvorError)) throw error;
      this.progress.say(`The audit trail did not record this: ${messageOf(error)}.`);
    }
  }

  trailKey(): Promise<KeyObject> {
    return this.#once("trail key", async () => {
      const { defaultKeyPath, openTrailKey } = await import("../audit-trail/key.ts");
      const state = await this.state();
      const path = defaultKeyPath(state, this.env);
      return openTrailKey(state, path, this.world);
    });
  }

  #once<T>(name: string, make: () => Promise<T>): Promise<T> {
    const known = this.#made.get(name) as Promise<T> | undefined;
    if (known !== undefined) return known;
    const made = make();
    this.#made.set(name, made);
    // What failed once may go well the next time it is asked for.
    made.catch(() => this.#made.delete(name));
    return made;
  }
}

/** Reads the configuration as the options ask, and opens nothing else. */
export async function openSession(options: OpenOptions): Promise<Session> {
  const need = options.need ?? "required";
  const request = {
    path: options.config,
    cwd: options.cwd ?? process.cwd(),
    env: options.env ?? process.env,
  };
  if (need === "required") return new Session(options, await loadConfig(request));
  return new Session(options, need === "ignored" ? null : await loadConfigIfThere(request));
}

/** The driver with this name. STORE_UNKNOWN when we have none. */
export function driverNamed(name: string): Driver {
  const found = drivers.find((driver) => driver.name === name);
  if (found !== undefined) return found;
  throw new SalvorError("STORE_UNKNOWN", `there is no driver "${name}"`, {
    hint: `These are there: ${drivers.map((driver) => driver.name).join(", ")}.`,
  });
}

/** In a shared temporary folder each user needs a name of their own. */
function scratchName(config: Config | null): string {
  return config === null ? `salvor-${process.getuid?.() ?? "user"}` : "scratch";
}
