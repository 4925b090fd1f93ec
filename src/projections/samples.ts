import { rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { crc32 } from "node:zlib";

import { entryModule } from "../core/module.ts";
import type { JsonObject } from "../core/json.ts";
import type { EventDamage } from "../stores/events.ts";
import { task } from "./build-task.ts";
import type { BuildNews, BuildOutput } from "./news.ts";
import type { BuildRequest, BuildResult, ProjectionConfig } from "./types.ts";

// What tests of projections share.

/** How the sample's checksum is made. */
const CHECKSUM = { field: "checksum", algorithm: "crc32", over: "head" } as const;

const set = { path: "data.path", blob: "data.blob", mode: "data.mode" };

/** The registry of files of the sample, in the declarative form. */
export function registry(changes: Partial<ProjectionConfig> = {}): ProjectionConfig {
  return {
    name: "registry",
    version: 1,
    log: "history",
    target: "/nowhere/registry.sqlite",
    tables: {
      files: {
        key: ["path"],
        columns: { path: "text", blob: "text", mode: "text" },
        indexes: [["blob"]],
      },
    },
    form: {
      kind: "declarative",
      on: {
        "file.added": [{ upsert: "files", set }],
        "file.modified": [{ upsert: "files", set }],
        "file.deleted": [{ delete: "files", key: ["data.path"] }],
      },
      upcast: {},
    },
    ...changes,
  };
}

/** A full build of the registry from a log of files. */
export function buildRequest(
  log: string,
  draft: string,
  changes: Partial<BuildRequest> = {},
  options: JsonObject = {},
): BuildRequest {
  return {
    projection: registry(),
    log: {
      module: entryModule("stores/event-log/open-events").href,
      input: { path: log, checksum: CHECKSUM, ...options },
    },
    draft,
    build: "full",
    fromMs: null,
    untilMs: null,
    onDamaged: "stop",
    batchMax: 1000,
    ...changes,
  };
}

/** What a build in this process has come to. */
export interface BuiltHere {
  readonly result: BuildResult;
  readonly damaged: readonly EventDamage[];
}

/** Builds in this process, as a host would. */
export async function buildHere(request: BuildRequest): Promise<BuiltHere> {
  const { output, damaged } = await tryBuildHere(request);
  if (output.kind === "stale") throw new Error(`the draft is stale: ${output.reason}`);
  return { result: output.result, damaged };
}

/** The same, where the draft may be one that cannot be gone on with. */
export async function tryBuildHere(
  request: BuildRequest,
): Promise<{ readonly output: BuildOutput; readonly damaged: readonly EventDamage[] }> {
  const damaged: EventDamage[] = [];
  const tell = async (news: unknown): Promise<void> => {
    const told = news as BuildNews;
    if (told.kind === "damaged") damaged.push(...told.damaged);
  };
  const { signal } = new AbortController();
  const output = await task(request, { progress: () => {}, tell, signal });
  return { output, damaged };
}

/** The rows of a state's tables in the order of their keys, one text a row. */
export function rowsOf(path: string, table = "files"): readonly string[] {
  using database = new DatabaseSync(path, { readOnly: true });
  const statement = database.prepare(`SELECT * FROM "${table}"`);
  statement.setReturnArrays(true);
  statement.setReadBigInts(true);
  const rows = statement.all() as unknown as (string | bigint | null)[][];
  return rows.map((row) => row.join("\t")).toSorted();
}

/** An event of the sample's shape, as a line with its checksum. */
export function eventLine(event: JsonObject): string {
  const head = JSON.stringify({ specversion: "1.0", source: "test", ...event }).slice(0, -1);
  return `${head},"checksum":"${crc32(head).toString(16).padStart(8, "0")}"}\n`;
}

/** Removes a database that a test has built. */
export function removeState(path: string): void {
  for (const ending of ["", "-wal", "-shm", "-journal"])
    rmSync(`${path}${ending}`, { force: true });
}
