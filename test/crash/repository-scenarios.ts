import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { Repository } from "../../src/repository/types.ts";
import { backup } from "./repository-stand.ts";
import type { TinyContent } from "./tiny-content.ts";

/** Promises that were made: snapshots that must be there, by id, with the digest of their content. */
export type Promised = Map<string, string>;

/** Something that is done to a repository, and what holds whenever it is interrupted. */
export interface RepositoryScenario {
  readonly name: string;
  /** Fills a repository; answers what must survive everything. */
  prepare(repository: Repository, contents: readonly TinyContent[]): Promise<Promised>;
  /** What happens to the folder behind the repository's back, before it begins. */
  readonly spoil: (folder: string) => Promise<void>;
  /** What may be interrupted. What it answers is promised once it has returned. */
  act(repository: Repository, contents: readonly TinyContent[]): Promise<Promised>;
  /** The passphrase that opens it afterwards, besides the first one. */
  readonly nextPassphrase: string | null;
  /** What was there before and is not promised may be lacking bytes, for good. */
  readonly hurts: boolean;
  /** An interrupted one is followed by a repair before anything is judged. */
  readonly repairAfter: boolean;
}

const { signal } = new AbortController();
const undisturbed = async (): Promise<void> => {};
const nothing = async (): Promise<Promised> => new Map();
const plain = { spoil: undisturbed, nextPassphrase: null, hurts: false, repairAfter: false };

/** All of them; those that need a passphrase say so with `nextPassphrase`. */
export const scenarios: readonly RepositoryScenario[] = [
  {
    ...plain,
    name: "the first backup, into a repository that is being made",
    prepare: nothing,
    act: (repository, contents) => backups(repository, contents.slice(0, 1)),
  },
  {
    ...plain,
    name: "an incremental backup",
    prepare: (repository, contents) => backups(repository, contents.slice(0, 1)),
    act: (repository, contents) => backups(repository, contents.slice(1, 2)),
  },
  {
    ...plain,
    name: "prune, with packs that are partly in use",
    prepare: async (repository, contents) => {
      const all = await backups(repository, contents);
      return new Map([...all].slice(-1));
    },
    act: async (repository) => {
      await repository.prune({ keepLast: 1 }, { dryRun: false }, signal);
      return new Map();
    },
  },
  {
    ...plain,
    name: "repair of a repository without indexes",
    prepare: (repository, contents) => backups(repository, contents),
    spoil: async (folder) => rm(join(folder, "indexes"), { recursive: true }),
    act: repair,
    repairAfter: true,
  },
  {
    ...plain,
    name: "repair of a repository with a damaged pack",
    prepare: async (repository, contents) => {
      await backups(repository, contents.slice(0, 1));
      return new Map();
    },
    spoil: spoilPack,
    act: async (repository, contents) => {
      await repository.repair(signal);
      return backups(repository, contents.slice(1, 2));
    },
    hurts: true,
    repairAfter: true,
  },
  {
    ...plain,
    name: "another passphrase",
    prepare: (repository, contents) => backups(repository, contents.slice(0, 1)),
    act: async (repository) => {
      await repository.changePassphrase("the next one", signal);
      return new Map();
    },
    nextPassphrase: "the next one",
  },
];

async function backups(
  repository: Repository,
  contents: readonly TinyContent[],
): Promise<Promised> {
  const made: Promised = new Map();
  for (const content of contents) {
    const { id } = await backup(repository, content);
    made.set(id, content.digest);
    await repository.recordLevel(id, "stored", signal);
  }
  return made;
}

async function repair(repository: Repository): Promise<Promised> {
  await repository.repair(signal);
  return new Map();
}

/** Flips a bit in the middle of the one pack. */
async function spoilPack(folder: string): Promise<void> {
  const names = await readdir(join(folder, "packs"), { recursive: true });
  const name = names.find((each) => each.endsWith(".pack"));
  if (name === undefined) throw new Error("there is no pack to damage");
  const path = join(folder, "packs", name);
  const bytes = await readFile(path);
  const middle = Math.floor(bytes.length / 2);
  bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
  await writeFile(path, bytes);
}
