import { constants, type Dirent } from "node:fs";
import { open, readdir } from "node:fs/promises";
import { basename, join, relative } from "node:path";

/** What lies below a folder that could be a store. */
export interface Surroundings {
  /** Paths relative to the folder, with "/", in order. */
  readonly sqliteFiles: readonly string[];
  /** Folders with JSON files in them, and how many: relative, with "/", in order. */
  readonly jsonFolders: readonly JsonFolder[];
  /** Files whose names are those of logs, JSON Lines among them: relative, with "/", in order. */
  readonly logFiles: readonly string[];
  /** True when there was more to see than we look at. */
  readonly cutShort: boolean;
}

/** A folder that has JSON files in it. */
export interface JsonFolder {
  readonly path: string;
  readonly files: readonly string[];
}

/** How far `lookAround` goes. */
export interface LookLimits {
  readonly depthMax: number;
  readonly entriesMax: number;
}

/** A second or so on a slow disk; whoever has more names the store by hand. */
const LOOK_LIMITS: LookLimits = { depthMax: 6, entriesMax: 20_000 };

const SKIPPED = new Set([".git", ".hg", ".svn", ".salvor", ".cache", "node_modules", "backups"]);

/** The first 16 bytes of every SQLite database. */
const SQLITE_MAGIC = Buffer.from("SQLite format 3\0", "latin1");

/**
 * Finds SQLite databases below a folder by their first bytes: the engine opens none of them; and JSON
 * files by their names. Follows no links, opens nothing but plain files, and passes over what it may
 * not read.
 */
export async function lookAround(
  folder: string,
  skip: readonly string[] = [],
  limits: LookLimits = LOOK_LIMITS,
): Promise<Surroundings> {
  const found: string[] = [];
  const json = new Map<string, string[]>();
  const logs: string[] = [];
  const seen = (): Omit<Surroundings, "cutShort"> => ({
    sqliteFiles: inOrder(found),
    jsonFolders: [...json].map(([path, files]) => ({ path, files })),
    logFiles: inOrder(logs),
  });
  const waiting = [{ path: folder, depth: 0 }];
  let entriesLeft = limits.entriesMax;
  let cutShort = false;
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { path, depth } = next;
    for (const entry of await entriesOf(path)) {
      if (entriesLeft-- <= 0) return { ...seen(), cutShort: true };
      const full = join(path, entry.name);
      if (entry.isDirectory() && !SKIPPED.has(entry.name) && !skip.includes(full)) {
        if (depth < limits.depthMax) waiting.push({ path: full, depth: depth + 1 });
        else cutShort = true;
        continue;
      }
      if (entry.isFile() && isLog(entry.name)) logs.push(relative(folder, full));
      if (entry.isFile() && isJson(entry.name)) {
        const at = relative(folder, path);
        json.set(at, [...(json.get(at) ?? []), entry.name]);
      } else if (entry.isFile() && (await isSqlite(full))) {
        found.push(relative(folder, full));
      }
    }
  }
  return { ...seen(), cutShort };
}

/** A name for each file that can be a store's: after the file, then after its folder, then counted. */
export function nameStores(
  paths: readonly string[],
  taken: readonly string[] = [],
): ReadonlyMap<string, string> {
  const used = new Set(taken);
  const names = new Map<string, string>();
  for (const path of paths) {
    const stem = basename(path).replace(/(?<=.)\.[^.]*$/, "");
    const folders = path.split("/").slice(0, -1);
    const long = nameFrom([...folders.slice(-1), stem].join("-"));
    const name = [nameFrom(stem), long].find((each) => !used.has(each)) ?? counted(long, used);
    used.add(name);
    names.set(name, path);
  }
  return names;
}

function counted(name: string, used: ReadonlySet<string>): string {
  let number = 2;
  while (used.has(`${name}-${number}`)) number++;
  return `${name}-${number}`;
}

/** Short enough that a number still fits behind it. */
function nameFrom(text: string): string {
  const plain = text
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, "-")
    .replaceAll(/^[-_]+|[-_]+$/g, "")
    .slice(0, 50);
  return plain === "" ? "store" : plain;
}

async function entriesOf(path: string): Promise<readonly Dirent[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function isJson(name: string): boolean {
  return /\.(?:json|jsonl|ndjson)$/i.test(name) && !name.includes("\uFFFD");
}

/** Also rotated and compressed ones: `app.log.3.gz`, `events.jsonl-20260101`. */
function isLog(name: string): boolean {
  return /\.(?:jsonl|ndjson|log)(?:[-._]\d[-\dT:_.]*)?(?:\.(?:gz|zst|zstd))?$/i.test(name);
}

async function isSqlite(path: string): Promise<boolean> {
  try {
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    await using file = await open(path, flags);
    const head = Buffer.alloc(SQLITE_MAGIC.length);
    const { bytesRead } = await file.read(head, 0, head.length, 0);
    return head.subarray(0, bytesRead).equals(SQLITE_MAGIC);
  } catch {
    return false; // what we may not read, nobody asked us to protect
  }
}

/** A name that is not text (not UTF-8) cannot stand in a salvor.yaml. */
function inOrder(paths: readonly string[]): readonly string[] {
  return paths.filter((path) => !path.includes("\uFFFD")).toSorted();
}
