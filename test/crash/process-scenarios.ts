import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import type { Salvor } from "../../src/app/types.ts";
import { seededRandom } from "../support/random.ts";
import { expectSalvor } from "../support/salvor.ts";
import { storeContent } from "./store-content.ts";
import { treeContent } from "./tree-content.ts";

/** What the passphrase is in every scenario that is encrypted. */
export const ENVIRONMENT = { SALVOR_PASSPHRASE: "correct horse battery staple" };

/** Where the protected database lies in a scenario's folder. */
export const LIVE = join("data", "shop.sqlite");

/** A command to break, and the folder that it begins with. */
export interface Scenario {
  readonly name: string;
  readonly args: readonly string[];
  /** What it works on, when that is not the shop's database. */
  readonly subject?: Subject;
  /** Fills an empty folder. */
  prepare(folder: string): Promise<Prepared>;
}

/** What a scenario protects, and how to read it without Salvor. */
export interface Subject {
  readonly store: string;
  /** Relative to the scenario's folder. */
  readonly live: string;
  /** Null when there is nothing whole. */
  readonly contentOf: (path: string) => Promise<string | null>;
  /** What else may be there until the command goes on, on the way to a whole content. */
  readonly underWay: (whole: string | null) => readonly (string | null)[];
  /** Where that is too much to list: may this be there, on the way from one to the other? */
  readonly mayBe?: (found: string | null, before: string | null, after: string | null) => boolean;
  /** Does it again after a run that failed for good on the way: then it must come to its end. */
  readonly again?: (salvor: Salvor) => Promise<unknown>;
  /** What else must go well in the end, whatever was broken before. */
  readonly afterwards?: (salvor: Salvor) => Promise<unknown>;
}

/** A database, which is always there, old or new. */
export const SHOP: Subject = {
  store: "shop",
  live: LIVE,
  contentOf: storeContent,
  underWay: () => [],
};

/** What may be found after a crash. */
export interface Prepared {
  /** Contents of the live store that are whole; null stands for "broken, as it was before". */
  readonly before: string | null;
  readonly after: string | null;
  /** Snapshots that must be there and restorable, whatever happens, with their content. */
  readonly kept: ReadonlyMap<string, string>;
}

/** An incremental backup, encrypted. */
export const backupScenario: Scenario = {
  name: "backup",
  args: ["backup"],
  prepare: async (folder) => {
    await prepareShop(folder, { encrypted: true });
    const first = await backup(folder);
    change(folder, 2);
    const now = await content(folder);
    return { before: now, after: now, kept: new Map([first]) };
  },
};

/** Retention that drops two of three snapshots and rewrites packs. */
export const pruneScenario: Scenario = {
  name: "prune",
  args: ["prune", "--keep-last", "1", "--yes"],
  prepare: async (folder) => {
    await prepareShop(folder, { encrypted: false });
    await backup(folder);
    change(folder, 2);
    await backup(folder);
    change(folder, 3);
    const last = await backup(folder);
    const now = await content(folder);
    return { before: now, after: now, kept: new Map([last]) };
  },
};

/** A restore over a store that the engine still accepts: it goes through the engine. */
export const engineScenario: Scenario = {
  name: "restore through the engine",
  args: ["restore", "shop@latest", "--in-place", "--yes", "--reason", "crash test"],
  prepare: async (folder) => {
    await prepareShop(folder, { encrypted: false });
    const first = await backup(folder);
    change(folder, 2);
    return { before: await content(folder), after: first[1], kept: new Map([first]) };
  },
};

/** A restore over a store whose header is gone: it goes by rename. */
export const renameScenario: Scenario = {
  name: "restore by rename",
  args: engineScenario.args,
  prepare: async (folder) => {
    await prepareShop(folder, { encrypted: false });
    const first = await backup(folder);
    await using file = await open(join(folder, LIVE), "r+");
    await file.write(seededRandom(9).bytes(8192), 0, 8192, 0);
    return { before: null, after: first[1], kept: new Map([first]) };
  },
};

/**
 * A restore over a sound store in WAL mode whose pages have another size, with commits that lie in
 * its -wal alone: the engine can take it only after it has left WAL mode.
 */
export const pageSizeScenario: Scenario = {
  name: "restore over another page size",
  args: engineScenario.args,
  prepare: async (folder) => {
    await prepareShop(folder, { encrypted: false });
    const first = await backup(folder);
    change(folder, 2); // so that the file without its -wal is neither the old nor the new
    execute(folder, "PRAGMA journal_mode = DELETE; PRAGMA page_size = 1024; VACUUM");
    execute(folder, "PRAGMA journal_mode = WAL");
    leaveWal(folder, "DELETE FROM item WHERE id % 2 = 0");
    return { before: await content(folder), after: first[1], kept: new Map([first]) };
  },
};

/** A page is gone: what is found leads to a restore. */
export const recoverScenario: Scenario = {
  name: "recover",
  args: ["recover", "shop", "--yes", "--reason", "crash test"],
  prepare: async (folder) => {
    await prepareShop(folder, { encrypted: false });
    const first = await backup(folder);
    await using file = await open(join(folder, LIVE), "r+");
    const { size } = await file.stat();
    await file.write(Buffer.alloc(4096), 0, 4096, 4096 * Math.floor(size / 8192));
    return { before: null, after: first[1], kept: new Map([first]) };
  },
};

/** Rows are gone that their owner expects: they go back into the live store, beside newer ones. */
export const putBackScenario: Scenario = {
  name: "recover, with rows put back",
  args: recoverScenario.args,
  prepare: async (folder) => {
    const expect = "expect: { item: { appendOnly: true } }";
    await prepareShop(folder, { encrypted: false, expect });
    const first = await backup(folder);
    const newer = "INSERT INTO item VALUES (9000, 'newer', 1.5, NULL)";
    execute(folder, newer);
    const whole = await content(folder);
    execute(folder, "DELETE FROM item WHERE id % 3 = 0 AND id < 9000");
    return { before: await content(folder), after: whole, kept: new Map([first]) };
  },
};

/** A repository that lost its indexes. */
export const repairScenario: Scenario = {
  name: "repair",
  args: ["repository", "repair", "--yes"],
  prepare: async (folder) => {
    await prepareShop(folder, { encrypted: true });
    const first = await backup(folder);
    change(folder, 2);
    const second = await backup(folder);
    const indexes = join(folder, "backups", "indexes");
    for (const name of readdirSync(indexes)) rmSync(join(indexes, name));
    const now = await content(folder);
    return { before: now, after: now, kept: new Map([first, second]) };
  },
};

const ETC: Subject = {
  store: "etc",
  live: "etc",
  contentOf: async (path) => treeContent(path),
  // Two renames put it in place, between which it is away; then what is excluded follows.
  underWay: (whole) => [null, whole === null ? null : withoutExcluded(whole)],
};

/** An incremental backup of a tree of files, encrypted. */
export const treeBackupScenario: Scenario = {
  name: "backup of a tree",
  args: ["backup"],
  subject: ETC,
  prepare: async (folder) => {
    prepareTree(folder, { encrypted: true });
    const first = await backup(folder, ETC);
    changeTree(folder, 2);
    const now = await content(folder, ETC);
    return { before: now, after: now, kept: new Map([kept(first)]) };
  },
};

/** A restore over a tree of files that has changed, with something in it that is left alone. */
export const treeRestoreScenario: Scenario = {
  name: "restore of a tree in place",
  args: ["restore", "etc@latest", "--in-place", "--yes", "--reason", "crash test"],
  subject: ETC,
  prepare: async (folder) => {
    prepareTree(folder, { encrypted: false });
    const first = await backup(folder, ETC);
    changeTree(folder, 2);
    return { before: await content(folder, ETC), after: first[1], kept: new Map([kept(first)]) };
  },
};

/** A tree of files that is gone is brought back by what is found. */
export const treeRecoverScenario: Scenario = {
  name: "recover a tree",
  args: ["recover", "etc", "--yes", "--reason", "crash test"],
  subject: ETC,
  prepare: async (folder) => {
    prepareTree(folder, { encrypted: false });
    const first = await backup(folder, ETC);
    rmSync(join(folder, ETC.live), { recursive: true });
    return { before: null, after: kept(first)[1], kept: new Map([kept(first)]) };
  },
};

/** A tree whose files go back one by one: each is old or new, and what is newer is always there. */
const ETC_FILES: Subject = {
  ...ETC,
  underWay: () => [],
  mayBe: (found, before, after) => isMixture(linesOf(found), linesOf(before), linesOf(after)),
  again: (salvor) =>
    salvor.restore({ snapshot: "etc@latest", inPlace: true, differing: true, yes: true }),
};

/** Files that differ go back into a live tree: changed, gone, of another mode, a folder by now. */
export const treeFilesScenario: Scenario = {
  name: "restore of files in place",
  args: ["restore", "etc@latest", "--in-place", "--differing", "--yes", "--reason", "crash test"],
  subject: ETC_FILES,
  prepare: async (folder) => {
    prepareTree(folder, { encrypted: false });
    const root = join(folder, ETC.live);
    linkSync(join(root, "conf.d", "1.conf"), join(root, "also"));
    const first = await backup(folder, ETC);
    for (const at of [3, 5, 7, 9]) appendFileSync(join(root, "conf.d", `${at}.conf`), "!");
    for (const name of ["current", "also", FOLDER_NOW]) rmSync(join(root, name));
    chmodSync(join(root, "conf.d", "2.conf"), 0o600);
    mkdirSync(join(root, FOLDER_NOW));
    writeFileSync(join(root, FOLDER_NOW, "below"), "goes with its folder");
    writeFileSync(join(root, "conf.d", "newer"), "stays");
    const [before, sealed] = [await content(folder, ETC), linesOf(first[1])];
    const newer = [...linesOf(before)].filter(([name]) => name === "conf.d/newer");
    const after = [...new Map([...sealed, ...newer])].toSorted(([a], [b]) => (a < b ? -1 : 1));
    const text = after.map(([, line]) => line).join("\n");
    return { before, after: text, kept: new Map([kept(first)]) };
  },
};

/** A file of the snapshot that is a folder in the live tree: for a moment neither is there. */
const FOLDER_NOW = "only-1";

/** The lines of a content by their names. */
function linesOf(content: string | null): ReadonlyMap<string, string> {
  const lines = (content ?? "").split("\n").filter((line) => line !== "");
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(" ")), line]));
}

function isMixture(
  found: ReadonlyMap<string, string>,
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): boolean {
  const isKnown = [...found].every(
    ([name, line]) => line === before.get(name) || line === after.get(name),
  );
  const needed = [...before.keys()].filter((name) => after.has(name) && name !== FOLDER_NOW);
  return isKnown && needed.every((name) => found.has(name));
}

/** All of them. */
export const scenarios: readonly Scenario[] = [
  backupScenario,
  engineScenario,
  pageSizeScenario,
  pruneScenario,
  putBackScenario,
  recoverScenario,
  renameScenario,
  repairScenario,
  treeBackupScenario,
  treeFilesScenario,
  treeRecoverScenario,
  treeRestoreScenario,
];

interface ShopOptions {
  readonly encrypted: boolean;
  /** More of the store's entry in salvor.yaml. */
  readonly expect?: string;
}

function configure(folder: string, encrypted: boolean, store: string): void {
  const encryption = encrypted ? "  encryption: { passphraseEnv: SALVOR_PASSPHRASE }\n" : "";
  const configuration = `system: crash
state: .salvor
repository:
  path: ./backups
${encryption}stores:
  ${store}
`;
  writeFileSync(join(folder, "salvor.yaml"), configuration, { mode: 0o600 });
}

async function prepareShop(folder: string, options: ShopOptions): Promise<void> {
  mkdirSync(join(folder, "data"), { mode: 0o700 });
  const entry = ["driver: sqlite", `path: ./${LIVE}`, ...[options.expect ?? []].flat()].join(", ");
  configure(folder, options.encrypted, `shop: { ${entry} }`);
  const database = new DatabaseSync(join(folder, LIVE));
  database.exec(`
    PRAGMA journal_mode = WAL;
    CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT NOT NULL, price REAL, picture BLOB);
    CREATE INDEX item_by_name ON item (name);
  `);
  database.close();
  change(folder, 1);
}

/** A tree of some folders, with a link, and a file that is excluded. */
function prepareTree(folder: string, { encrypted }: { readonly encrypted: boolean }): void {
  configure(folder, encrypted, 'etc: { driver: files, path: ./etc, exclude: ["*.tmp"] }');
  mkdirSync(join(folder, ETC.live, "conf.d"), { recursive: true });
  symlinkSync("conf.d/0.conf", join(folder, ETC.live, "current"));
  writeFileSync(join(folder, ETC.live, "conf.d", "left.tmp"), "left alone");
  changeTree(folder, 1);
}

/** What is excluded is in no snapshot. */
function kept([snapshot, live]: [string, string]): [snapshot: string, content: string] {
  return [snapshot, withoutExcluded(live)];
}

function withoutExcluded(content: string): string {
  const lines = content.split("\n").filter((line) => !line.includes(".tmp "));
  return lines.join("\n");
}

/** Files that follow from the version alone; one comes, one goes, and many change. */
function changeTree(folder: string, version: number): void {
  const random = seededRandom(version);
  const root = join(folder, ETC.live);
  rmSync(join(root, `only-${version - 1}`), { force: true });
  writeFileSync(join(root, `only-${version}`), "only in one version");
  for (let at = 0; at < 20; at += 1)
    writeFileSync(join(root, "conf.d", `${at}.conf`), random.bytes(300 * at));
}

/** Writes many rows that follow from the version alone, and closes the database cleanly. */
function change(folder: string, version: number): void {
  const random = seededRandom(version);
  const database = new DatabaseSync(join(folder, LIVE));
  const insert = database.prepare("INSERT OR REPLACE INTO item VALUES (?, ?, ?, ?)");
  database.exec("BEGIN");
  for (let row = 0; row < 400; row += 1) {
    const id = 1 + random.below(800);
    insert.run(id, `item ${version} ${id}`, random.below(10_000) / 100, random.bytes(200));
  }
  database.exec("COMMIT");
  database.close();
}

/** One commit, and a clean close. */
function execute(folder: string, sql: string): void {
  using database = new DatabaseSync(join(folder, LIVE));
  database.exec(sql);
}

/** A commit of a program that was killed: it lies in the -wal and nowhere else. */
function leaveWal(folder: string, sql: string): void {
  const script = `
    const { DatabaseSync } = require("node:sqlite");
    new DatabaseSync(process.argv[1]).exec(process.argv[2]);
    process.kill(process.pid, "SIGKILL");`;
  spawnSync(process.execPath, ["--eval", script, join(folder, LIVE), sql]);
}

async function content(folder: string, { live, contentOf }: Subject = SHOP): Promise<string> {
  const found = await contentOf(join(folder, live));
  if (found === null) throw new Error("the store is broken before anything was broken");
  return found;
}

async function backup(
  folder: string,
  subject: Subject = SHOP,
): Promise<[snapshot: string, content: string]> {
  const options = { cwd: folder, env: ENVIRONMENT };
  const result = await expectSalvor(0, ["backup", "--json"], options);
  const { snapshots } = result.json() as { snapshots: readonly { store: string; id: string }[] };
  const snapshot = snapshots.find(({ store }) => store === subject.store);
  if (snapshot === undefined) throw new Error("the backup made no snapshot");
  return [snapshot.id, await content(folder, subject)];
}
