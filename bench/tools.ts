import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { cleanEnvironment, NODE, PROJECT } from "../test/support/salvor.ts";
import { run, type Command } from "./measure.ts";

const PASSPHRASE = "a passphrase to measure with";

/** A backup tool that protects one database and restores it, each time from nothing. */
export interface Tool {
  readonly name: string;
  /** Where its repository lies. */
  readonly repository: string;
  /** Empties everything, so that the next backup is the first. */
  reset(): void;
  /** What has to run before the first backup; empty when the backup does it. */
  readonly prepare: readonly Command[];
  readonly backup: Command;
  /** Restores the newest snapshot to `restored` and proves what the tool can. */
  restore(): readonly Command[];
  /** The restored database. */
  readonly restored: string;
}

/** Packs the project, installs the archive as a user would, and answers the program's path. */
export async function installSalvor(into: string): Promise<string> {
  rmSync(into, { recursive: true, force: true });
  mkdirSync(into, { recursive: true });
  const env = cleanEnvironment();
  const packed = await run({
    program: "npm",
    args: ["pack", "--silent", "--pack-destination", into],
    cwd: PROJECT,
    env,
  });
  const archive = join(into, packed.stdout.trim().split("\n").at(-1) ?? "");
  const quiet = ["--no-audit", "--no-fund", "--prefer-offline", "--silent"];
  await run({
    program: "npm",
    args: ["install", "--global", "--prefix", into, ...quiet, archive],
    cwd: into,
    env,
  });
  return join(into, "lib", "node_modules", "salvor", "bin", "salvor.cjs");
}

/** restic with its defaults, and a cache of its own. */
export function resticTool(folder: string, database: string): Tool {
  const repository = join(folder, "repository");
  const restored = join(folder, "restored");
  const env = cleanEnvironment({
    RESTIC_REPOSITORY: repository,
    RESTIC_PASSWORD: PASSPHRASE,
    RESTIC_CACHE_DIR: join(folder, "cache"),
  });
  const command = (...args: readonly string[]): Command => ({
    program: "restic",
    args: [...args, "--quiet"],
    cwd: folder,
    env,
  });
  return {
    name: "restic",
    repository,
    restored: join(restored, database),
    reset: () => emptyFolder(folder),
    prepare: [command("init")],
    backup: command("backup", database),
    restore: () => {
      rmSync(restored, { recursive: true, force: true });
      return [
        command("restore", "latest", "--target", restored),
        {
          program: "sqlite3",
          args: [join(restored, database), "PRAGMA integrity_check"],
          cwd: folder,
          env,
        },
      ];
    },
  };
}

/** Salvor as installed, encrypted like the other. */
export function salvorTool(folder: string, database: string, program: string): Tool {
  const restored = join(folder, "restored.sqlite");
  const env = cleanEnvironment({ SALVOR_PASSPHRASE: PASSPHRASE });
  const command = (...args: readonly string[]): Command => ({
    program: NODE,
    args: [program, ...args, "--quiet"],
    cwd: folder,
    env,
  });
  return {
    name: "salvor",
    repository: join(folder, "repository"),
    restored,
    reset: () => {
      emptyFolder(folder);
      writeFileSync(join(folder, "salvor.yaml"), configuration(database), { mode: 0o600 });
    },
    prepare: [],
    backup: command("backup"),
    restore: () => {
      rmSync(restored, { force: true });
      return [command("restore", "shop@latest", "--to", restored)];
    },
  };
}

/** Puts one database in another's place without a new inode, as an application would change it. */
export function overwrite(from: string, to: string): void {
  cpSync(from, to);
  // What a reader of the old one left beside it belongs to the old one.
  for (const ending of ["-wal", "-shm"]) rmSync(`${to}${ending}`, { force: true });
}

function configuration(database: string): string {
  return [
    "system: bench",
    "state: .salvor",
    "repository:",
    "  path: ./repository",
    "  encryption: { passphraseEnv: SALVOR_PASSPHRASE }",
    "stores:",
    `  shop: { driver: sqlite, path: ${database} }`,
    "",
  ].join("\n");
}

function emptyFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
}
