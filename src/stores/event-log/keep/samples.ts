import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { crc32 } from "node:zlib";

import { nodeDisk } from "../../../core/disk.ts";
import type { JsonObject } from "../../../core/json.ts";
import { WorkerPool } from "../../../core/pool.ts";
import { systemWorld } from "../../../core/world.ts";
import { Hosts } from "../../host/hosts.ts";
import type { DriverContext, Store } from "../../types.ts";
import { eventLogDriver } from "../driver.ts";

/** How the events of samples carry their checksum. */
export const CHECKSUM: JsonObject = { field: "checksum", algorithm: "crc32", over: "head" };

/** An event of CloudEvents form with its checksum, as a line with its end. */
export function eventLine(number: number, note = "a"): string {
  const sequence = String(number).padStart(12, "0");
  const head =
    `{"specversion":"1.0","id":"event-${number}","source":"test","type":"note.written",` +
    `"time":"2026-01-01T00:00:00Z","sequence":"${sequence}","data":{"note":"${note} of ${number}"}`;
  const sum = crc32(Buffer.from(head)).toString(16).padStart(8, "0");
  return `${head},"checksum":"${sum}"}\n`;
}

/** Neighbouring events as one text. */
export function eventLines(from: number, to: number): string {
  return Array.from({ length: to - from + 1 }, (_, at) => eventLine(from + at)).join("");
}

/** A store in a folder of its own. */
export interface LogSample extends AsyncDisposable {
  readonly folder: string;
  readonly path: (name: string) => string;
  readonly context: DriverContext;
  readonly live: Store;
  /** The same store at another path below the folder. */
  beside(name: string): Promise<Store>;
}

/** Makes a log of files below a folder, whose `path` in salvor.yaml is a pattern below it. */
export async function sampleLog(
  files: Readonly<Record<string, string | Uint8Array>>,
  pattern: string,
  options: JsonObject = { checksum: CHECKSUM },
): Promise<LogSample> {
  const folder = await mkdtemp(join(tmpdir(), "salvor-events-"));
  const pool = new WorkerPool(2);
  const hosts = new Hosts();
  const context = { world: systemWorld(), pool, hosts, disk: nodeDisk, scratch: folder };
  const path = (name: string): string => join(folder, name);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(path(name)), { recursive: true });
    await writeFile(path(name), content);
  }
  const given: JsonObject = { ...options, path: path(pattern) };
  const open = (): Promise<Store> => eventLogDriver.open("history", given, context);
  return {
    folder,
    path,
    context,
    live: await open(),
    beside: (name) => eventLogDriver.open("history", eventLogDriver.at(path(name), given), context),
    [Symbol.asyncDispose]: async () => {
      await pool[Symbol.asyncDispose]();
      hosts[Symbol.dispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
