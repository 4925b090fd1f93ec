import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { crc32 } from "node:zlib";

import { PROJECT } from "../support/salvor.ts";
import { openSite, type Site } from "./site.ts";

const EVENTS = join(PROJECT, "test", "data", "events");

/** What the sample's state is at its end, as the one who made it says: path, blob, mode. */
export const EXPECTED = readFileSync(join(EVENTS, "history.state.tsv"), "utf8")
  .trimEnd()
  .split("\n");

/** The lines of the sample's log, without their ends. */
export const LINES = readFileSync(join(EVENTS, "history.jsonl"), "utf8").trimEnd().split("\n");

/** What a registry begins with. */
export interface RegistryOptions {
  readonly form?: "code" | "declarative";
  /** More of the log's entry in salvor.yaml, such as `, onDamaged: skip`. */
  readonly log?: string;
  /** More of the projection's entry. */
  readonly projection?: string;
  readonly parent?: string;
}

/** A site with the sample's log and a projection of it, whose state is not built yet. */
export interface Registry extends AsyncDisposable {
  readonly site: Site;
  readonly log: string;
  readonly state: string;
  /** Rows as the sample's state has them, sorted by path. */
  rows(path?: string): readonly string[];
  write(lines: readonly string[]): void;
  append(lines: readonly string[]): void;
  /** What a rebuild has left beside the state. */
  left(): readonly string[];
}

const DECLARATIVE = `
    tables: { files: { key: path, columns: { path: text, blob: text, mode: text } } }
    on:
      file.added: { upsert: files, set: { path: data.path, blob: data.blob, mode: data.mode } }
      file.modified: { upsert: files, set: { path: data.path, blob: data.blob, mode: data.mode } }
      file.deleted: { delete: files, key: data.path }
`;

const MODULE = `import { defineProjection } from "salvor";

const put = (event, state) => {
  const { path, blob, mode } = event.data;
  state.files.put({ path, blob, mode });
};

export const registry = defineProjection({
  name: "registry",
  tables: { files: { key: "path", columns: { path: "text", blob: "text", mode: "text" } } },
  on: {
    "file.added": put,
    "file.modified": put,
    "file.deleted": (event, state) => state.files.delete(event.data.path),
  },
});
`;

/** Makes one; disposing the site takes everything away. */
export async function openRegistry(options: RegistryOptions = {}): Promise<Registry> {
  const { form = "declarative", log = "", projection = "", parent } = options;
  const work = form === "code" ? "\n    module: ./registry.ts\n" : DECLARATIVE;
  const site = await openSite({
    stores: {},
    ...(parent !== undefined && { parent }),
    more: `  history:
    { driver: event-log, path: ./events/history.jsonl, checksum: { field: checksum, algorithm: crc32, over: head }${log} }
projections:
  registry:
    log: history
    target: ./state/registry.sqlite${work}${projection}
`,
  });
  mkdirSync(site.join("events"));
  const path = site.join("events", "history.jsonl");
  copyFileSync(join(EVENTS, "history.jsonl"), path);
  if (form === "code") writeFileSync(site.join("registry.ts"), MODULE, { mode: 0o600 });
  const state = site.join("state", "registry.sqlite");
  return {
    site,
    log: path,
    state,
    rows: (from = state) => rowsOf(from),
    write: (lines) => writeFileSync(path, lines.map((line) => `${line}\n`).join("")),
    append: (lines) =>
      writeFileSync(path, lines.map((line) => `${line}\n`).join(""), { flag: "a" }),
    left: () =>
      existsSync(site.join("state"))
        ? readdirSync(site.join("state")).filter((name) => name !== "registry.sqlite")
        : [],
    [Symbol.asyncDispose]: () => site[Symbol.asyncDispose](),
  };
}

function rowsOf(path: string): readonly string[] {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const rows = database.prepare("SELECT path, blob, mode FROM files ORDER BY path").all();
    return rows.map((row) => Object.values(row).map(String).join("\t"));
  } finally {
    database.close();
  }
}

/** The sample again and again under other paths, so that there is time for something to happen. */
export function manyLines(rounds: number): readonly string[] {
  let number = 0;
  return Array.from({ length: rounds }, (_, round) =>
    LINES.map((line) => {
      const event = JSON.parse(line) as SampleEvent;
      const { checksum: _checksum, id, subject, data, ...rest } = event;
      number += 1;
      const again = {
        ...rest,
        id: `${id}-${round}`,
        subject: `${round}/${subject}`,
        time: "2026-08-20T00:00:00Z",
        sequence: String(number).padStart(12, "0"),
        data: { ...data, path: `${round}/${data.path}` },
      };
      return sealed(JSON.stringify(again));
    }),
  ).flat();
}

interface SampleEvent {
  readonly id: string;
  readonly subject: string;
  readonly checksum: string;
  readonly data: { readonly path: string };
}

/** One more event for the sample's log, with its checksum; `number` is its sequence. */
export function newEvent(number: number, given: Partial<NewEvent> = {}): string {
  const { id = `new-${number}`, type = "file.added", path = `new/${number}` } = given;
  const { time = "2026-11-01T00:00:00Z" } = given;
  const data = { path, blob: "b".repeat(40), mode: "100644" };
  const event = {
    specversion: "1.0",
    id,
    source: "git",
    type,
    subject: path,
    time,
    sequence: String(number).padStart(12, "0"),
    data,
  };
  return sealed(JSON.stringify(event));
}

/** What a new event says. */
export interface NewEvent {
  readonly id: string;
  readonly type: string;
  readonly path: string;
  readonly time: string;
}

/** Gives an event its checksum: CRC-32 of everything before it. */
export function sealed(event: string): string {
  const head = event.slice(0, -1);
  return `${head},"checksum":"${crc32(head).toString(16).padStart(8, "0")}"}`;
}

/** Plain replay, as anybody would write it: the state after these lines. */
export function replay(lines: readonly string[]): readonly string[] {
  const rows = new Map<string, string>();
  const seen = new Set<string>();
  for (const line of lines) {
    const { id, type, data } = JSON.parse(line) as {
      id: string;
      type: string;
      data: { path: string; blob: string; mode: string };
    };
    if (seen.has(id)) continue;
    seen.add(id);
    if (type === "file.deleted") rows.delete(data.path);
    else rows.set(data.path, `${data.path}\t${data.blob}\t${data.mode}`);
  }
  return [...rows.values()].toSorted(byBytes);
}

/** SQLite orders text by its bytes. */
export function byBytes(a: string, b: string): number {
  const [left, right] = [a, b].map((row) => Buffer.from(row.slice(0, row.indexOf("\t"))));
  return left === undefined || right === undefined ? 0 : Buffer.compare(left, right);
}
