import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";

import type { Observation } from "../../core/finding.ts";
import type { JsonObject } from "../../core/json.ts";
import { entryModule } from "../../core/module.ts";
import { SalvorError } from "../../core/errors.ts";
import { showKey, type TextEncoding } from "../../receipts/show.ts";
import type { Hosts } from "../host/hosts.ts";
import type { ByteRange, PagedFile } from "../paged-file.ts";
import type { Image, Part } from "../types.ts";
import { blameStore } from "./blame.ts";
import type { CheckInput, CheckOutput } from "./check-task.ts";
import type { DescribeInput } from "./describe-job.ts";
import { comparedTables, type Description } from "./description.ts";
import type { DatabaseHeader } from "./format/header.ts";
import type { StoredTable } from "./format/types.ts";
import type { LiveDatabase } from "./live.ts";
import type { Preflight } from "./preflight.ts";
import { commitFacts } from "./moved.ts";
import { queryImage } from "../engine/query.ts";
import { refereeImage } from "./referee.ts";
import { imageRows } from "./rows.ts";
import type { TouchedInput } from "./touched-job.ts";
import { sealImage } from "./seal.ts";

/** A copy that became an image, and what is known of the moment it was taken. */
export interface OpenImage {
  readonly live: LiveDatabase;
  /** The image's file: settled, immutable, nobody has it open. */
  readonly path: string;
  readonly at: string;
  readonly preflight: Preflight;
  /** Nothing was committed to the live database while it was copied. */
  readonly isQuiet: boolean;
  readonly dispose: () => Promise<void>;
}

const MESSAGES_MAX = 100;

/** Reads the catalogue of a settled file; everything else is read when it is asked for. */
export async function openImage(given: OpenImage, signal: AbortSignal): Promise<Image> {
  signal.throwIfAborted();
  const { live, path, at } = given;
  const { context } = live;
  const input: DescribeInput = { path };
  const module = entryModule("stores/sqlite/describe-job");
  const described = await blameStore(live, path, context.pool.run<Description>(module, input));
  const commit = await commitFacts(given.preflight, given.isQuiet);
  const description = { ...facts(given, described), ...commit };
  const part = databasePart(path, (await stat(path)).size, given, described);
  const tableOf = tableFinder(live.identity.name, described);
  return {
    store: live.identity,
    at,
    fingerprint: given.preflight.fingerprint,
    description,
    parts: async function* () {
      yield part;
    },
    collections: async () => comparedTables(described).map(({ collection }) => collection),
    schema: async () => described.elements,
    seal: (options, abort) =>
      blameStore(
        live,
        path,
        sealImage({ live, path, at, described, recorded: description, options }, abort),
      ),
    rows: (name, range, abort) => imageRows(live, path, tableOf(name), range, abort),
    rowsOn: (pages) =>
      context.pool.run(entryModule("stores/sqlite/touched-job"), {
        path,
        pages,
      } satisfies TouchedInput),
    showKey: (name, key) =>
      showKey({ ...tableOf(name).collection, encoding: encodingOf(described) }, key),
    query: (query, abort) => blameStore(live, path, queryImage(context.hosts, path, query, abort)),
    check: (abort) => check(context.hosts, path, abort),
    referee: (sealed, abort) => refereeImage(context, path, { described, sealed }, abort),
    [Symbol.asyncDispose]: given.dispose,
  };
}

function tableFinder(store: string, { tables }: Description): (name: string) => StoredTable {
  const byName = new Map(tables.map((table) => [table.collection.name, table]));
  return (name) => {
    const found = byName.get(name);
    if (found !== undefined) return found;
    throw new SalvorError("NOT_FOUND", `${store} has no table ${name}`, {
      hint: 'Run "salvor receipt" to see what it has.',
    });
  };
}

function encodingOf({ header }: Description): TextEncoding {
  return header?.encoding ?? "utf-8";
}

/** What a restore, or a later recovery, wants to know and the rows do not tell. Never compared. */
function facts({ preflight }: OpenImage, described: Description): JsonObject {
  const { header, tables } = described;
  return {
    engine: "sqlite",
    pageSize: header?.pageSize ?? null,
    encoding: encodingOf(described),
    userVersion: header?.userVersion ?? 0,
    applicationId: header?.applicationId ?? 0,
    journalMode: preflight.journalMode,
    // Shadow tables and the like: a drop in them is nobody's loss.
    internal: tables.flatMap(({ collection }) => (collection.internal ? [collection.name] : [])),
  };
}

function databasePart(
  path: string,
  size: number,
  { preflight }: OpenImage,
  { header }: Description,
): Part {
  const pageSize = header?.pageSize ?? 0;
  const isPaged = size > 0 && pageSize > 0 && size % pageSize === 0;
  const pageCount = size / pageSize;
  const pages: PagedFile | null = isPaged
    ? { path, pageSize, pageCount, counters: countersIn(header) }
    : null;
  return {
    name: "database",
    size,
    attributes: { mode: preflight.mode },
    pages,
    open: (signal) => createReadStream(path, { signal, highWaterMark: 1 << 20 }),
  };
}

/** Change counter, schema cookie, who wrote last, and which of the two ways to journal. */
function countersIn(header: DatabaseHeader | null): readonly ByteRange[] {
  const versions = [header?.writeVersion, header?.readVersion];
  const isKnown = versions.every((each) => each === 1 || each === 2);
  return [...(isKnown ? [[18, 20] as const] : []), [24, 28], [40, 44], [92, 100]];
}

async function* check(hosts: Hosts, path: string, signal: AbortSignal): AsyncIterable<Observation> {
  const input: CheckInput = { path, messagesMax: MESSAGES_MAX };
  const task = entryModule("stores/sqlite/check-task");
  const found = await hosts.run<CheckOutput>("engine", task, input, signal);
  for (const message of found.complaints) {
    yield {
      code: "sqlite.engine.check",
      title: "The engine's own check fails",
      description: message,
      severity: "critical",
      category: "corruption",
      location: {},
      evidence: message.slice(0, 256),
      remedies: ["restore-beside", "exchange"],
    };
  }
  for (const message of found.unchecked) {
    yield {
      code: "sqlite.engine.unchecked",
      title: "The engine could not check this",
      description: message,
      severity: "info",
      category: "configuration",
      location: {},
      evidence: message.slice(0, 256),
      remedies: [],
    };
  }
}
