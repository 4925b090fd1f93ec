import {
  constants,
  createContext,
  SyntheticModule,
  type Context,
  type SourceTextModule,
} from "node:vm";

import { messageOf } from "../../core/errors.ts";
import type { Inside } from "./bridge.ts";
import { invalid } from "./invalid.ts";
import { compileInside, compileModules, type Sources } from "./modules.ts";

const EVALUATION_MS = 5_000;

/** A projection's code in a context of its own, and what it says of itself, as JSON. */
export interface Instance {
  readonly inside: Inside;
  readonly described: string;
}

/**
 * Runs a module and all that it imports where there is nothing but the language: no process, no
 * files, no clock, no randomness, no code made of text. What was read once is not read again.
 *
 * @throws {SalvorError} PROJECTION_INVALID with file and line; CONFIG_UNTRUSTED.
 */
export async function openInstance(path: string, sources: Sources): Promise<Instance> {
  const context = createContext(constants.DONT_CONTEXTIFY, {
    name: "projection",
    codeGeneration: { strings: false, wasm: false },
  });
  const inside = await openInside(context);
  const module = await compileModules(path, salvorModule(inside, context), context, sources);
  await evaluated(module, path);
  return { inside, described: describedBy(inside, module, path) };
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
