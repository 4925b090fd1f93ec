import { readFile, realpath } from "node:fs/promises";
import { basename, extname } from "node:path";

import { tableOf } from "../checks/mask.ts";
import { nodeDisk } from "../core/disk.ts";
import { SalvorError } from "../core/errors.ts";
import { isJsonObject, type JsonObject } from "../core/json.ts";
import { driverNamed, type Session } from "./session.ts";
import type { SalvageOptions } from "./salvage-document.ts";

/** A store, or something at a path, that is to be salvaged. */
export interface SalvageSubject {
  readonly name: string;
  readonly driver: string;
  readonly options: JsonObject;
  /** It is a single file of documents: a store of them is a folder. */
  readonly isFile: boolean;
  /** It is named in salvor.yaml, and may have snapshots. */
  readonly isConfigured: boolean;
  /** Collections of whose content nothing is told. */
  readonly hidden: readonly string[];
}

const DOCUMENTS = "documents";
/** What a file of documents is called. */
const JSON_FILE = /\.(?:json|jsonl|ndjson)$/i;
/** The same below a folder, in capital letters too. */
const JSON_FILES = ["json", "jsonl", "ndjson"].map(
  (ending) => `**/*.${ending.replaceAll(/./g, (each) => `[${each}${each.toUpperCase()}]`)}`,
);

/**
 * Finds out what is meant: a configured store by its name or its path; else a folder, whose JSON files
 * are documents, or one file of documents.
 *
 * @throws {SalvorError} NOT_FOUND; USAGE for what nothing can be read out of file by file.
 */
export async function salvageSubject(
  session: Session,
  { subject: word, schema }: SalvageOptions,
): Promise<SalvageSubject> {
  const found = configured(session, word) ?? (await atPath(session.path(word), word));
  const { parts, events } = driverNamed(found.driver).capabilities;
  const isTable = events && found.options["table"] !== undefined;
  if (parts === "pages" || isTable) throw notByFile(word);
  if (schema === undefined) return found;
  return { ...found, options: await withSchema(found, session.path(schema)) };
}

function configured(session: Session, word: string): SalvageSubject | null {
  const path = session.path(word);
  const stores = session.config?.stores ?? [];
  const store =
    stores.find(({ name }) => name === word) ??
    stores.find(({ driver, options }) => driverNamed(driver).addressOf(options) === path);
  if (store === undefined) return null;
  const { name, driver, options, sensitive } = store;
  const hidden = sensitive.map(tableOf);
  return { name, driver, options, isFile: false, isConfigured: true, hidden };
}

async function atPath(path: string, word: string): Promise<SalvageSubject> {
  const kind = (await nodeDisk.stat(path))?.kind ?? null;
  if (kind === "link") return atPath(await linkedFrom(path), word);
  if (kind === null) {
    throw new SalvorError("NOT_FOUND", `"${word}" is no store and no path`, {
      hint: "Name a store of salvor.yaml, a folder, or a file of JSON or JSON Lines.",
    });
  }
  const isFile = kind === "file" && JSON_FILE.test(path);
  if (kind !== "folder" && !isFile) throw notByFile(word);
  const name = basename(path, extname(path)) || "store";
  const files = isFile ? ["**/*"] : JSON_FILES;
  const options = { path, collections: { [DOCUMENTS]: { files } } };
  return { name, driver: DOCUMENTS, options, isFile, isConfigured: false, hidden: [] };
}

/** Whoever names a link means what it leads to. */
async function linkedFrom(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (cause) {
    throw new SalvorError("NOT_FOUND", `the link ${path} leads nowhere`, {
      hint: "Name a folder, or a file of JSON or JSON Lines.",
      cause,
    });
  }
}

function notByFile(word: string): SalvorError {
  return new SalvorError("USAGE", `nothing can be salvaged out of ${word} yet`, {
    hint:
      "Folders of documents, trees of files and event logs can be. A database comes back with " +
      '"salvor recover", or "salvor restore" to a place beside.',
  });
}

/** The schema decides only where salvor.yaml names none. */
async function withSchema(
  { driver, options }: SalvageSubject,
  schema: string,
): Promise<JsonObject> {
  const { collections } = options;
  if (driver !== DOCUMENTS || !isJsonObject(collections)) {
    throw new SalvorError("USAGE", `--schema means nothing to a store of driver ${driver}`, {
      hint: "Leave it away: a JSON Schema describes documents.",
    });
  }
  await refuseNoSchema(schema);
  const each = Object.entries(collections).map(([name, given]) =>
    isJsonObject(given) ? ([name, { schema, ...given }] as const) : ([name, given] as const),
  );
  return { ...options, collections: Object.fromEntries(each) };
}

async function refuseNoSchema(path: string): Promise<void> {
  const text = await readFile(path, "utf8").catch(() => null);
  if (text === null) {
    throw new SalvorError("NOT_FOUND", `the schema ${path} cannot be read`, {
      hint: "Name a file that holds a JSON Schema.",
    });
  }
  try {
    JSON.parse(text);
  } catch (cause) {
    throw new SalvorError("USAGE", `${path} is no JSON Schema: ${String(cause)}`, {
      hint: "Name a file that holds a JSON Schema: draft 2020-12 or 7.",
      cause,
    });
  }
}
