import { realpathSync } from "node:fs";
import { dirname, relative } from "node:path";

import { digestOf, sha256, type Digest } from "../../core/hash.ts";
import { canonicalJson, type JsonObject } from "../../core/json.ts";
import type { CompiledProjection } from "../compiled.ts";
import type { ProjectionTable } from "../types.ts";
import { CodeWork } from "./code-work.ts";
import type { Sources } from "./modules.ts";
import { openInstance } from "./open-instance.ts";
import { readDefinition } from "./read-definition.ts";

/** The code form of a projection, read and ready. */
export interface LoadedCode extends Pick<CompiledProjection, "connect"> {
  /** Null where the module tells none. */
  readonly version: number | null;
  readonly tables: Readonly<Record<string, ProjectionTable>>;
  /** Of all modules that it consists of. */
  readonly digest: Digest;
}

/**
 * Reads a projection's module and all that it imports, and runs it as far as its definition.
 *
 * @param timeoutMs how long one event may take.
 * @throws {SalvorError} PROJECTION_INVALID with file and line; CONFIG_UNTRUSTED.
 */
export async function loadCode(path: string, timeoutMs: number): Promise<LoadedCode> {
  const sources: Sources = new Map();
  const open = () => openInstance(path, sources);
  const first = await open();
  const definition = readDefinition(path, first.described);
  return {
    ...definition,
    digest: digestOfSources(sources, path),
    connect: (tables) =>
      new CodeWork(first, open, { definitions: definition.tables, tables, timeoutMs }),
  };
}

/** Without the folder that they lie in: the same code elsewhere is the same projection. */
function digestOfSources(sources: Sources, path: string): Digest {
  const folder = dirname(realpathSync(path));
  const texts = [...sources].map(([each, { text }]) => [relative(folder, each), text]);
  return digestOf(sha256(Buffer.from(canonicalJson(Object.fromEntries(texts) as JsonObject))));
}
