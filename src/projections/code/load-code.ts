import { realpathSync } from "node:fs";
import { dirname, relative } from "node:path";
import {
  createContext,
  constants,
  type SourceTextModule,
  SyntheticModule,
  type Context,
} from "node:vm";

import { messageOf } from "../../core/errors.ts";
import { digestOf, sha256, type Digest } from "../../core/hash.ts";
import { canonicalJson, type JsonObject } from "../../core/json.ts";
import type { CompiledProjection } from "../compiled.ts";
import type { ProjectionTable } from "../types.ts";
import type { Inside } from "./bridge.ts";
import { connectCode } from "./connect-code.ts";
import { invalid } from "./invalid.ts";
import { compileInside, compileModules, type Sources } from "./modules.ts";
import { readDefinition } from "./read-definition.ts";

/** The code form of a projection, read and ready. */
export interface LoadedCode extends Pick<CompiledProjection, "connect"> {
  /** Null where the module tells none. */
  readonly version: number | null;
  readonly tables: Readonly<Record<string, ProjectionTable>>;
  /** Of all modules that it consists of. */
  readonly digest: Digest;
}

const EVALUATION_MS = 5_000;

/**
 * Reads a projection's module and all that it imports, and runs it where there is nothing but the
 * language: no process, no files, no clock, no randomness, no code made of text.
 *
 * @throws {SalvorError} PROJECTION_INVALID with file and line.
 */
export async function loadCode(path: string): Promise<LoadedCode> {
  const context = createContext(constants.DONT_CONTEXTIFY, {
    name: "projection",
    codeGeneration: { strings: false, wasm: false },
  });
  const inside = await openInside(context);
  const sources: Sources = new Map();
  const module = await compileModules(path, salvorModule(inside, context), context, sources);
  await evaluated(module, path);
  const definition = readDefinition(path, describedBy(inside, module, path));
  return {
    ...definition,
    digest: digestOfSources(sources, path),
    connect: connectCode(inside, definition.tables),
  };
}

async function openInside(context: Context): Promise<Inside> {
  const module = compileInside(context);
  await module.link(() => {
    throw new TypeError("the inside imports nothing");
  });
  await module.evaluate();
  return module.namespace as unknown as Inside;
}

/** What `import { defineProjection } from "salvor"` gives in there. */
function salvorModule({ defineProjection }: Inside, context: Context): SyntheticModule {
  const module = new SyntheticModule(
    ["defineProjection"],
    () => module.setExport("defineProjection", defineProjection),
    { context, identifier: "salvor" },
  );
  return module;
}

async function evaluated(module: SourceTextModule, path: string): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(invalid(path, null, "it does not come to its end")),
    EVALUATION_MS,
  );
  try {
    await Promise.race([module.evaluate({ timeout: EVALUATION_MS }), promise]);
  } catch (error) {
    throw invalid(path, error, messageOf(error));
  } finally {
    clearTimeout(timer);
  }
}

function describedBy(inside: Inside, module: SourceTextModule, path: string): string {
  try {
    return inside.describe(module.namespace);
  } catch (error) {
    throw invalid(path, error, messageOf(error));
  }
}

/** Without the folder that they lie in: the same code elsewhere is the same projection. */
function digestOfSources(sources: Sources, path: string): Digest {
  const folder = dirname(realpathSync(path));
  const texts = [...sources].map(([each, text]) => [relative(folder, each), text]);
  return digestOf(sha256(Buffer.from(canonicalJson(Object.fromEntries(texts) as JsonObject))));
}
