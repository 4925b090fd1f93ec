import { basename, dirname, join, resolve } from "node:path";

import { nodeDisk, readWhole, writeDurably, type Disk } from "../../core/disk.ts";
import { drivers } from "../../stores/drivers.ts";
import type { Environment, InitDocument } from "../types.ts";
import { documentFolders } from "./document-folders.ts";
import { checkConfig } from "./check.ts";
import { CONFIG_NAME } from "./find.ts";
import { eventLogs, type ProposedLog } from "./event-logs.ts";
import { lookAround, nameStores, type JsonFolder, type Surroundings } from "./look-around.ts";
import { renderConfig, renderEntries, type ProposedStore } from "./template.ts";
import { readTrusted } from "./trust.ts";
import type { Config } from "./types.ts";

/** What `init` is asked. */
export interface InitRequest {
  /** Folder to look around in, and to write to unless `path` names another file. */
  readonly cwd: string;
  readonly path?: string | undefined;
  /** Replace a file that is there; it is kept beside under another name. */
  readonly force: boolean;
  readonly env: Environment;
  readonly disk?: Disk;
}

/**
 * Looks for stores below a folder and writes its salvor.yaml, mode 0600. One that is there already
 * stays as it is: then `written` is false, and `text` holds the entries that it lacks.
 */
export async function initConfig(request: InitRequest): Promise<InitDocument> {
  const disk = request.disk ?? nodeDisk;
  const config = resolve(request.cwd, request.path ?? CONFIG_NAME);
  const folder = dirname(config);
  const exists = (await disk.stat(config)) !== null;
  if (exists && !request.force) return propose(config, request.env);

  const surroundings = await lookAround(folder);
  const { cutShort } = surroundings;
  const stores = await proposedStores(folder, surroundings);
  const text = renderConfig({ system: basename(folder) || "system", stores, cutShort });
  const kept = exists ? await putAside(disk, config) : null;
  await writeDurably(disk, config, Buffer.from(text));
  return { config, stores: [...stores.keys()], written: true, kept, text };
}

/** What a configuration that is there lacks: the stores that none of its entries names. */
async function propose(file: string, env: Environment): Promise<InitDocument> {
  const folder = dirname(file);
  const current = await currentConfig(file, env);
  const surroundings = await lookAround(
    folder,
    current === null ? [] : [current.repository.path, current.state],
  );
  const named = new Set(current?.stores.map(({ options }) => options["path"]));
  const taken = current?.stores.map(({ name }) => name);
  const isNew = (path: string): boolean => !named.has(join(folder, path));
  const stores = await proposedStores(folder, surroundings, { taken, isNew });
  const text = stores.size === 0 ? "" : renderEntries(stores);
  return { config: file, stores: [...stores.keys()], written: false, kept: null, text };
}

interface Choice {
  readonly taken: readonly string[] | undefined;
  readonly isNew: (path: string) => boolean;
}

/** The databases, logs and folders of documents that were found, each under a name of its own. */
async function proposedStores(
  folder: string,
  { sqliteFiles, jsonFolders, logFiles }: Surroundings,
  { taken, isNew }: Choice = { taken: [], isNew: () => true },
): Promise<ReadonlyMap<string, ProposedStore>> {
  const logs = await eventLogs(folder, logFiles);
  const documents = await documentFolders(folder, withoutLogs(jsonFolders, logs));
  const found = new Map<string, ProposedStore>([
    ...sqliteFiles.map((path) => [path, { driver: "sqlite", path }] as const),
    ...logs.map((log) => [log.path, { driver: "event-log", ...log }] as const),
    ...documents.map((each) => [each.path, { driver: "documents", ...each }] as const),
  ]);
  const named = nameStores([...found.keys()].filter(isNew), taken);
  const stores = [...named].flatMap(([name, path]) => {
    const store = found.get(path);
    return store === undefined ? [] : [[name, store] as const];
  });
  return new Map(stores);
}

/** What is a log is no document. */
function withoutLogs(
  folders: readonly JsonFolder[],
  logs: readonly ProposedLog[],
): readonly JsonFolder[] {
  const taken = new Set(logs.flatMap(({ files }) => files));
  return folders.map(({ path, files }) => ({
    path,
    files: files.filter((name) => !taken.has(path === "" ? name : `${path}/${name}`)),
  }));
}

async function currentConfig(file: string, env: Environment): Promise<Config | null> {
  const bytes = await readTrusted({ file, named: true });
  return checkConfig(bytes, { file, env, drivers }).config;
}

/** Copies the old file to the first free name beside it: at no instant is there none. */
async function putAside(disk: Disk, config: string): Promise<string> {
  const old = await readWhole(disk, config);
  for (let number = 1; ; number++) {
    const kept = `${config}.old${number === 1 ? "" : `-${number}`}`;
    if ((await disk.stat(kept)) !== null) continue;
    await writeDurably(disk, kept, old ?? Buffer.alloc(0));
    return kept;
  }
}
