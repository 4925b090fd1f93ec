import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { TemporaryFolder } from "../support/folder.ts";
import type { ProcessResult } from "../support/processes.ts";
import { expectSalvor, PROJECT } from "../support/salvor.ts";

/** What the owner of the contracts says of them. */
export const CONFIGURATION = `system: contracts
state: .salvor
repository: { path: ./backups }
stores:
  contracts:
    driver: documents
    path: ./data
    expect: { log.jsonl: { appendOnly: true } }
    collections:
      contracts:
        files: "contracts/*.json"
        key: contract_id
        references: { claimed_by: agents, depends_on: contracts }
        states: { field: status, completed: { requires: [completed_at] }, claimed: { requires: [claimed_by, claimed_at] } }
      agents: { files: agents.json, key: agent_id }
      log.jsonl: { files: log.jsonl, key: id }
      metadata:
        files: metadata.json
        derive: { total_contracts: count(contracts), by_status: "count(contracts, status)" }
`;

/** What a recovery prints, as far as tests ask. */
export interface Run {
  readonly status: string;
  readonly quarantine: string | null;
  readonly losses: readonly { readonly key: unknown; readonly location: { file: string } }[];
  readonly steps: readonly { readonly action: string; readonly status: string }[];
  readonly amended: readonly { readonly mended?: { readonly pending: number } }[];
  readonly proof: {
    readonly basis: string;
    readonly equal: boolean;
    readonly level: string;
    readonly origins: Readonly<Record<string, number>>;
    readonly documents: readonly {
      readonly key: unknown;
      readonly verdict: string;
      readonly path?: string;
    }[];
    readonly documentsTotal: number;
  };
}

/** The contracts, with a configuration and an operator who types. */
export class DocumentSite implements AsyncDisposable {
  readonly folder: Pick<TemporaryFolder, "path" | "join"> & AsyncDisposable;

  constructor(folder: DocumentSite["folder"]) {
    this.folder = folder;
    mkdirSync(folder.join("home"), { mode: 0o700 });
    cpSync(join(PROJECT, "test/data/contracts"), folder.join("data"), { recursive: true });
    writeFileSync(folder.join("salvor.yaml"), CONFIGURATION, { mode: 0o600 });
    this.write("log.jsonl", [1, 2, 3, 4].map((id) => `{"id": ${id}, "n": 1.50}\n`).join(""));
    cpSync(folder.join("data"), folder.join("good"), { recursive: true });
  }

  /** Runs the program, and reads what it prints as JSON. */
  async run(status: number, ...args: readonly string[]): Promise<unknown> {
    return JSON.parse((await this.expect(status, ...args, "--json")).stdout);
  }

  /** Runs the program. */
  expect(status: number | readonly number[], ...args: readonly string[]): Promise<ProcessResult> {
    const { path: cwd } = this.folder;
    return expectSalvor(status, args, { cwd, env: { HOME: this.folder.join("home") } });
  }

  /** Where a file of the store lies. */
  path(name: string): string {
    return this.folder.join("data", name);
  }

  /** A file of the store as it is. */
  read(name: string): string {
    return readFileSync(this.path(name), "utf8");
  }

  /** The same as it was before anything was damaged. */
  good(name: string): string {
    return readFileSync(this.folder.join("good", name), "utf8");
  }

  write(name: string, text: string | Uint8Array): void {
    writeFileSync(this.path(name), text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.folder[Symbol.asyncDispose]();
  }
}

/** The file of a contract. */
export const contract = (number: string): string => `contracts/CNT-${number}.json`;
