import { basename, dirname, join, resolve } from "node:path";

import { nodeDisk, readWhole, writeDurably, type Disk } from "../../core/disk.ts";
import { drivers } from "../../stores/drivers.ts";
import type { Environment, InitDocument } from "../types.ts";
import { checkConfig } from "./check.ts";
import { CONFIG_NAME } from "./find.ts";
import { lookAround, nameStores } from "./look-around.ts";
import { renderConfig, renderEntries } from "./template.ts";
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

  const { sqliteFiles, cutShort } = await lookAround(folder);
  const stores = nameStores(sqliteFiles);
  const text = renderConfig({ system: basename(folder) || "system", stores, cutShort });
  const kept = exists ? await putAside(disk, config) : null;
  await writeDurably(disk, config, Buffer.from(text));
  return { config, stores: [...stores.keys()], written: true, kept, text };
}

/** What a configuration that is there lacks: the databases that none of its stores names. */
async function propose(file: string, env: Environment): Promise<InitDocument> {
  const folder = dirname(file);
  const current = await currentConfig(file, env);
  const { sqliteFiles } = await lookAround(
    folder,
    current === null ? [] : [current.repository.path, current.state],
  );
  const named = new Set(current?.stores.map(({ options }) => options["path"]));
  const missing = sqliteFiles.filter((path) => !named.has(join(folder, path)));
  const stores = nameStores(
    missing,
    current?.stores.map(({ name }) => name),
  );
  const text = stores.size === 0 ? "" : renderEntries(stores);
  return { config: file, stores: [...stores.keys()], written: false, kept: null, text };
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
