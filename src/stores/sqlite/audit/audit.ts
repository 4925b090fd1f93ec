import { SalvorError } from "../../../core/errors.ts";
import type { Observation } from "../../../core/finding.ts";
import { entryModule } from "../../../core/module.ts";
import { emptyInspection } from "../../inspection.ts";
import type { FileFacts } from "../../facts.ts";
import type { Inspection } from "../../types.ts";
import type { HeldDatabase } from "../held.ts";
import { refusal, refusals } from "../refusal.ts";
import type { Counted, CountInput } from "./count-job.ts";
import type { FilesInput } from "./files-task.ts";
import { propertiesOf } from "./properties.ts";
import type { SchemaInput } from "./schema-task.ts";
import { surroundingsOf } from "./surroundings.ts";
import { complaint, unreadObservation } from "./unread.ts";

/** Is everything there, and the shape that it should have? */
export async function auditDatabase(held: HeldDatabase, signal: AbortSignal): Promise<Inspection> {
  signal.throwIfAborted();
  const { live, preflight, image } = held;
  const { hosts } = live.context;
  const filesInput: FilesInput = { path: live.path };
  const filesTask = entryModule("stores/sqlite/audit/files-task");
  const [files, content, surroundings] = await Promise.all([
    hosts.run<readonly FileFacts[]>("bytes", filesTask, filesInput, signal),
    readContent(held, signal),
    surroundingsOf(preflight),
  ]);
  const { counted, observations: damage } = content;
  const observations = [...refusals(held), ...damage, ...surroundings];
  const header = counted?.header ?? preflight.header;
  return {
    ...emptyInspection,
    observations,
    complete: image !== null && counted !== null && damage.length === 0,
    checked: counted?.entries ?? 0,
    files: files.map((file) => judge(file, live.path, observations)),
    collections: counted === null ? null : Object.fromEntries(counted.rows),
    properties: propertiesOf(preflight, header, counted?.pageCount ?? null),
  };
}

interface Content {
  /** Null when there is nothing that could be counted. */
  readonly counted: Counted | null;
  readonly observations: readonly Observation[];
}

const NO_TABLES: Counted = { header: null, pageCount: 0, entries: 0, rows: [], unread: [] };

/** Schema and rows, of the image; without one, of the bytes where they need no -wal or journal. */
async function readContent(held: HeldDatabase, signal: AbortSignal): Promise<Content> {
  const path = held.imagePath ?? (isSettled(held) ? held.copyPath : null);
  if (path === null) {
    const isEmpty = held.image !== null && held.preflight.size === 0;
    return { counted: isEmpty ? NO_TABLES : null, observations: [] };
  }
  const { pool, hosts } = held.live.context;
  const count: CountInput = { path };
  const schema: SchemaInput = { path };
  try {
    const [counted, said] = await Promise.all([
      pool.run<Counted>(entryModule("stores/sqlite/audit/count-job"), count),
      hosts.run<string | null>(
        "engine",
        entryModule("stores/sqlite/audit/schema-task"),
        schema,
        signal,
      ),
    ]);
    const heard = said === null ? [] : [complaint(said)];
    const unread = [...counted.unread, ...heard.filter(({ name }) => !isNamed(counted, name))];
    const observations = unread.map(unreadObservation).map((each) => blameLive(each, path, held));
    return { counted: isReadable(counted) ? counted : null, observations };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof SalvorError) || error.code !== "STORE_DAMAGED") throw error;
    // What keeps a database from becoming an image is told already.
    const observations = held.image === null ? [] : [refusal(held, error)];
    return { counted: null, observations };
  }
}

function isSettled({ preflight: { wal, journal } }: HeldDatabase): boolean {
  return (wal?.size ?? 0) === 0 && (journal === null || journal.state === "idle");
}

/** One entry is told of once, by whoever of us names it first. */
function isNamed({ unread }: Counted, name: string): boolean {
  return unread.some((each) => each.name === name);
}

function isReadable({ unread }: Counted): boolean {
  return unread.every(({ part }) => part !== "schema");
}

/** A scratch file would be gone by the time that somebody reads of it. */
function blameLive(seen: Observation, scratch: string, { live }: HeldDatabase): Observation {
  const { description, evidence } = seen;
  return {
    ...seen,
    description: description.replaceAll(scratch, live.path),
    evidence: evidence.replaceAll(scratch, live.path),
  };
}

const WRONG: ReadonlySet<string> = new Set(["critical", "high", "medium"]);

/** A file is in order when nothing that matters was seen in it; the database also stands for its content. */
function judge(file: FileFacts, database: string, seen: readonly Observation[]): FileFacts {
  if (!file.valid) return file;
  const wrong = seen.find(
    ({ severity, location }) => WRONG.has(severity) && (location.file ?? database) === file.path,
  );
  return wrong === undefined ? file : { ...file, valid: false, error: wrong.description };
}
