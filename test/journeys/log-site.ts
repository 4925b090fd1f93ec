import { mkdir, writeFile } from "node:fs/promises";

import type { TemporaryFolder } from "../support/folder.ts";
import { expectSalvor } from "../support/salvor.ts";

/** A finding, as a command prints it. */
export interface Finding {
  readonly code: string;
  readonly location: { readonly file?: string; readonly line?: number; readonly byte?: number };
}

/** What the documents of commands have, each some of it. */
export interface Told {
  readonly findings: readonly Finding[];
  readonly losses: readonly { readonly location: Finding["location"]; readonly reason: string }[];
  readonly proof: {
    readonly equal: boolean;
    readonly basis: string;
    readonly level: string;
    readonly origins: Readonly<Record<string, number>>;
  };
  readonly snapshots: readonly {
    readonly id: string;
    readonly bytes: number;
    readonly storedBytes: number;
    readonly receipt: {
      readonly collections: Readonly<Record<string, { readonly count: number }>>;
    };
  }[];
  readonly quarantine: string | null;
  readonly status: string;
  readonly equal: boolean;
  readonly amended: readonly { readonly events?: { readonly restored: number } }[];
}

/** Runs a command, and reads its document. */
export type Run = (status: number | readonly number[], ...args: readonly string[]) => Promise<Told>;

/** Nobody is asked. */
export const YES = ["--yes", "--reason", "test"];

/** A folder with one event log, `history`. */
export async function logSite(folder: TemporaryFolder, path: string): Promise<Run> {
  const home = folder.join("home");
  await mkdir(home, { mode: 0o700 });
  const config =
    "system: test\nstate: .salvor\nrepository: { path: ./backups }\nstores:\n  history:\n" +
    `    driver: event-log\n    path: ${path}\n` +
    "    checksum: { field: checksum, algorithm: crc32, over: head }\n";
  await writeFile(folder.join("salvor.yaml"), config, { mode: 0o600 });
  return async (status, ...args) => {
    const within = { cwd: folder.path, env: { HOME: home } };
    const { stdout } = await expectSalvor(status, [...args, "--json"], within);
    return JSON.parse(stdout) as Told;
  };
}
