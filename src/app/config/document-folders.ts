import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";

import { isJsonObject, type Json, type JsonObject } from "../../core/json.ts";
import type { JsonFolder } from "./look-around.ts";

/** A folder of documents that could be a store. */
export interface DocumentFolder {
  /** Relative, with "/". */
  readonly path: string;
  readonly collections: ReadonlyMap<string, ProposedCollection>;
}

/** What could be a collection of it. */
export interface ProposedCollection {
  readonly files: string;
  /** The field that seems to tell its documents apart. */
  readonly key: string | null;
}

/** Fewer may be anything; so many in one folder are documents. */
const FILES_MIN = 10;
/** Documents that are read to find their key. */
const SAMPLES = 12;
const SAMPLE_BYTES_MAX = 1_000_000;

/**
 * Folders with ten or more JSON files. What lies in the folder above them belongs to them, and so
 * one store is made of both, unless that is the folder where we began to look.
 */
export async function documentFolders(
  root: string,
  folders: readonly JsonFolder[],
): Promise<readonly DocumentFolder[]> {
  const full = folders.filter(({ path, files }) => path !== "" && files.length >= FILES_MIN);
  const tops = new Set(full.map(({ path }) => topOf(path, folders)));
  const found: DocumentFolder[] = [];
  for (const top of [...tops].toSorted()) {
    if ([...tops].some((other) => top.startsWith(`${other}/`))) continue;
    const inside = folders.filter(({ path }) => path === top || path.startsWith(`${top}/`));
    found.push({ path: top, collections: await collectionsIn(root, top, inside) });
  }
  return found;
}

function topOf(path: string, folders: readonly JsonFolder[]): string {
  const above = path.split("/").slice(0, -1).join("/");
  const hasMore = folders.some((each) => each.path === above);
  return above !== "" && hasMore ? above : path;
}

async function collectionsIn(
  root: string,
  top: string,
  folders: readonly JsonFolder[],
): Promise<ReadonlyMap<string, ProposedCollection>> {
  const collections = new Map<string, ProposedCollection>();
  const add = async (name: string, files: string, paths: readonly string[]): Promise<void> => {
    const key = await keyOf(paths.slice(0, SAMPLES).map((path) => join(root, path)));
    let free = name;
    for (let number = 2; collections.has(free); number++) free = `${name}-${number}`;
    collections.set(free, { files, key });
  };
  for (const { path, files } of folders) {
    const below = path.slice(top.length + 1);
    const paths = files.map((file) => `${path}/${file}`);
    const hasMany = files.length >= FILES_MIN;
    if (hasMany) await add(basename(path), below === "" ? "*.json" : `${below}/*.json`, paths);
    else {
      for (const file of files) {
        const at = below === "" ? file : `${below}/${file}`;
        await add(file.replace(/\.[^.]*$/, ""), at, [`${path}/${file}`]);
      }
    }
  }
  return collections;
}

/** The field that is named after its file, or calls itself an id and is another in each document. */
async function keyOf(paths: readonly string[]): Promise<string | null> {
  const documents = (await Promise.all(paths.map(documentsIn))).flat();
  const [first] = documents;
  if (first === undefined || documents.length < 2) return null;
  const fields = Object.keys(first.value).filter((field) => isKey(field, documents));
  const named = fields.find((field) => documents.every(({ name, value }) => value[field] === name));
  return named ?? fields.find((field) => /^(?:id|key|.*[_-]id|.*Id)$/.test(field)) ?? null;
}

interface Sample {
  /** Of its file, without the ending. */
  readonly name: string;
  readonly value: JsonObject;
}

function isKey(field: string, documents: readonly Sample[]): boolean {
  const values = documents.map(({ value }) => value[field]);
  const isPlain = values.every((each) => typeof each === "string" || typeof each === "number");
  return isPlain && new Set(values).size === values.length;
}

/** What cannot be read is for the first audit to tell. */
async function documentsIn(path: string): Promise<readonly Sample[]> {
  try {
    const text = await readFile(path, "utf8");
    if (text.length > SAMPLE_BYTES_MAX) return [];
    const value = JSON.parse(text) as Json;
    const name = basename(path).replace(/\.[^.]*$/, "");
    const all = Array.isArray(value) ? (value as readonly Json[]) : [value];
    return all.filter(isJsonObject).map((each) => ({ name, value: each }));
  } catch {
    return [];
  }
}
