import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { openSalvor } from "../../src/app/open-salvor.ts";
import type { OpenOptions, Salvor } from "../../src/app/types.ts";
import { memoryFolder, temporaryFolder } from "../support/folder.ts";
import type { ProcessOptions, ProcessResult, RunningProcess } from "../support/processes.ts";
import { expectSalvor, runSalvor, startSalvor } from "../support/salvor.ts";

/** What a passphrase is called, and is, where a journey needs one. */
export const PASSPHRASE = { SALVOR_PASSPHRASE: "correct horse battery staple" };

/** What a site begins with. */
export interface SiteOptions {
  /** Path of a database by the store's name, relative to the site. */
  readonly stores: Readonly<Record<string, string>>;
  readonly encrypted?: boolean;
  /** Also for slow syncs: in memory unless told otherwise. */
  readonly onDisk?: boolean;
  /** An existing folder to lie in, instead of a temporary one. */
  readonly parent?: string;
  /** More lines of salvor.yaml. */
  readonly more?: string;
}

/** A folder with a salvor.yaml, a home of its own, and the ways in that a user has. */
export interface Site extends AsyncDisposable {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
  join(...names: readonly string[]): string;
  /** Path of a store's database. */
  database(store: string): string;
  /** The command line, to its end. */
  run(args: readonly string[], options?: ProcessOptions): Promise<ProcessResult>;
  /** The same, and any other status than an expected one is an error with all that was said. */
  expect(
    status: number | readonly number[],
    args: readonly string[],
    options?: ProcessOptions,
  ): Promise<ProcessResult>;
  start(args: readonly string[], options?: ProcessOptions): RunningProcess;
  /** The library, in this process. */
  open(options?: OpenOptions): Promise<Salvor>;
}

/** Makes a site; it is gone with everything in it when disposed. */
export async function openSite(options: SiteOptions): Promise<Site> {
  const { encrypted = false, onDisk = false, parent } = options;
  const folder = await (onDisk || parent !== undefined ? temporaryFolder(parent) : memoryFolder());
  const path = folder.path;
  mkdirSync(join(path, "home"), { mode: 0o700 });
  for (const file of Object.values(options.stores)) {
    mkdirSync(dirname(join(path, file)), { recursive: true, mode: 0o700 });
  }
  writeFileSync(join(path, "salvor.yaml"), configuration(options), { mode: 0o600 });
  const env = { HOME: join(path, "home"), ...(encrypted && PASSPHRASE) };
  const within = (given: ProcessOptions = {}): ProcessOptions => ({
    cwd: path,
    ...given,
    env: { ...env, ...given.env },
  });
  return {
    path,
    env,
    join: folder.join,
    database: (store) => join(path, options.stores[store] ?? store),
    run: (args, given) => runSalvor(args, within(given)),
    expect: (status, args, given) => expectSalvor(status, args, within(given)),
    start: (args, given) => startSalvor(args, within(given)),
    open: (given) => openSalvor({ config: join(path, "salvor.yaml"), cwd: path, env, ...given }),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

function configuration({ stores, encrypted = false, more = "" }: SiteOptions): string {
  const repository = encrypted
    ? "{ path: ./backups, encryption: { passphraseEnv: SALVOR_PASSPHRASE } }"
    : "{ path: ./backups }";
  const lines = Object.entries(stores).map(
    ([name, path]) =>
      `  ${JSON.stringify(name)}: { driver: sqlite, path: ${JSON.stringify(path)} }`,
  );
  return `system: journeys\nstate: .salvor\nrepository: ${repository}\nstores:\n${lines.join("\n")}\n${more}`;
}
