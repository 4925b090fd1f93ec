import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, extname, join, resolve } from "node:path";

import { drivers } from "../stores/drivers.ts";
import { checkConfig, configInvalid } from "./config/check.ts";
import type { Config, PassphraseSource } from "./config/types.ts";
import { plainDriver } from "./kind-of-path.ts";
import { openSalvorOn } from "./salvor-on.ts";
import { openSession, Session } from "./session.ts";
import type { ChangeOptions, OpenOptions, Salvor } from "./types.ts";
import type { RunDocument } from "./run-document.ts";
import type { AuditDocument, IntegrityDocument, ScanDocument } from "./look-documents.ts";

/** One store by its name in salvor.yaml, which is found as `openSalvor` finds it. */
export interface NamedStore extends OpenOptions {
  readonly store: string;
}

/** One store by its path, without a salvor.yaml. */
export interface StoreAtPath extends Omit<OpenOptions, "config" | "need"> {
  readonly path: string;
  /** By default `files` for a folder, else `sqlite`. */
  readonly driver?: string | undefined;
  /** Folder with its backups; without one there is nothing to compare with or to restore from. */
  readonly repository?: string | undefined;
  /** Where its passphrase comes from, when it is encrypted. */
  readonly encryption?: PassphraseSource | undefined;
  /** Folder that remembers findings and runs; without one they go with the call. */
  readonly state?: string | undefined;
}

/** Which store is meant. */
export type OneStore = NamedStore | StoreAtPath;

/** Is everything there, and the shape that it should have? As `salvor audit` for this store alone. */
export function auditStore(choice: OneStore, signal?: AbortSignal): Promise<AuditDocument> {
  return withStore(choice, (salvor, store) => salvor.audit({ stores: [store] }, signal));
}

/** Do the data keep their rules? As `salvor integrity` for this store alone. */
export function checkIntegrity(choice: OneStore, signal?: AbortSignal): Promise<IntegrityDocument> {
  return withStore(choice, (salvor, store) => salvor.integrity({ stores: [store] }, signal));
}

/** Is anything physically damaged? As `salvor scan` for this store alone. */
export function scanStore(choice: OneStore, signal?: AbortSignal): Promise<ScanDocument> {
  return withStore(choice, (salvor, store) => salvor.scan({ stores: [store] }, signal));
}

/**
 * Looks, mends with the least change, and proves it. As `salvor recover` for this store alone.
 *
 * @param how as for every command that changes live data: `yes`, or a `confirm` that is asked.
 */
export function executeRecovery(
  choice: OneStore,
  how: ChangeOptions & { readonly from?: string | undefined } = {},
  signal?: AbortSignal,
): Promise<RunDocument> {
  return withStore(choice, (salvor, store) => salvor.recover({ ...how, stores: [store] }, signal));
}

async function withStore<Answer>(
  choice: OneStore,
  ask: (salvor: Salvor, store: string) => Promise<Answer>,
): Promise<Answer> {
  await using held = new AsyncDisposableStack();
  const [session, store] =
    "store" in choice
      ? [await openSession(choice), choice.store]
      : await sessionAtPath(choice, held);
  const salvor = held.use(openSalvorOn(session));
  return await ask(salvor, store);
}

async function sessionAtPath(
  choice: StoreAtPath,
  held: AsyncDisposableStack,
): Promise<[session: Session, store: string]> {
  const state = choice.state ?? (await mkdtemp(join(tmpdir(), "salvor-state-")));
  if (choice.state === undefined) {
    held.defer(() => rm(state, { recursive: true, force: true }));
  }
  const name = nameOf(choice.path);
  const path = resolve(choice.cwd ?? process.cwd(), choice.path);
  const found = await stat(path).catch(() => null);
  const driver = choice.driver ?? plainDriver(found?.isDirectory() === true);
  return [new Session(choice, configOf({ ...choice, driver }, name, state)), name];
}

/** A configuration that nobody wrote goes the way of one that somebody did. */
function configOf(
  choice: StoreAtPath & { readonly driver: string },
  name: string,
  state: string,
): Config {
  const { path, driver, repository = join(state, "no-backups") } = choice;
  const file = resolve(choice.cwd ?? process.cwd(), "salvor.yaml");
  const { encryption } = choice;
  const tree = {
    state,
    repository: { path: repository, encryption },
    stores: { [name]: { driver, path } },
  };
  // `${` would begin a variable in a configuration; in a path it is one of its letters.
  const text = JSON.stringify(tree).replaceAll("${", () => "$${");
  const { config, problems } = checkConfig(Buffer.from(text), { file, env: {}, drivers });
  if (config === null) throw configInvalid(file, problems);
  return config;
}

/** `Shop 2.sqlite` becomes `shop-2`. */
function nameOf(path: string): string {
  const stem = basename(path, extname(path)).toLowerCase();
  const name = stem.replaceAll(/[^a-z0-9_-]+/g, "-").replace(/^[^a-z0-9]+/, "");
  return name.slice(0, 63) || "store";
}
