import * as z from "zod";

import { SalvorError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import type { Driver } from "../../stores/define-driver.ts";
import type { ConfigProblem, Environment } from "../types.ts";
import { expandVariables } from "./expand.ts";
import { type KeyPath, parseConfig, type ParsedConfig } from "./parse.ts";
import { inOrder, problemAt, schemaProblems } from "./problems.ts";
import { projectionProblems } from "./projection-problems.ts";
import { resolveConfig } from "./resolve.ts";
import { configSchema } from "./schema.ts";
import type { Config } from "./types.ts";
import { keysAt } from "./vocabulary.ts";

/** What came of a file: a configuration, or everything that is wrong with it. */
export interface CheckedConfig {
  /** Null when there are problems. */
  readonly config: Config | null;
  readonly problems: readonly ConfigProblem[];
  /** A problem at a key of this file. */
  problemAt(path: KeyPath, message: string): ConfigProblem;
}

/** What a file is checked against. */
export interface CheckContext {
  /** Absolute path of the file: relative paths in it start from its folder. */
  readonly file: string;
  readonly env: Environment;
  readonly drivers: readonly Driver[];
}

/** Reads a salvor.yaml to its end and collects every problem, first to last. Opens nothing. */
export function checkConfig(bytes: Uint8Array, context: CheckContext): CheckedConfig {
  const parsed = parseConfig(bytes);
  const answer = (config: Config | null, found: readonly ConfigProblem[]): CheckedConfig => ({
    config,
    problems: inOrder(found),
    problemAt: (path, message) => problemAt(parsed, path, message),
  });
  if (parsed.problems.length > 0) return answer(null, parsed.problems);

  const { tree, problems } = expandVariables(parsed.tree, context.env);
  const unset = problems.map(({ path, message }) => problemAt(parsed, path, message));
  // Compiling the schema pays for thousands of trees, and this is one.
  const result = configSchema(context.drivers).safeParse(tree, { jitless: true });
  if (!result.success) {
    const found = mismatches(result.error, parsed, context.drivers);
    // What an unset variable left behind is no second problem.
    const keys = new Set(unset.map(({ key }) => key));
    return answer(null, [...unset, ...found.filter(({ key }) => !keys.has(key))]);
  }
  const config = resolveConfig(result.data, context.file, context.drivers);
  const unfit = projectionProblems(result.data, config, context.drivers);
  const all = [
    ...unset,
    ...badPaths(config, parsed),
    ...unfit.map(({ path, message }) => problemAt(parsed, path, message)),
  ];
  return answer(all.length > 0 ? null : config, all);
}

/** The JSON Schema (draft 2020-12) of a salvor.yaml as it is written. */
export function jsonSchema(drivers: readonly Driver[]): JsonObject {
  return z.toJSONSchema(configSchema(drivers), { io: "input" }) as JsonObject;
}

/** All problems of a file as one error: the first in full, and how to see the others. */
export function configInvalid(file: string, problems: readonly ConfigProblem[]): SalvorError {
  const [first] = problems;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
  const message = first === undefined ? "is not valid" : describeProblem(first);
  return new SalvorError("CONFIG_INVALID", `${file}:${message}${more}`, {
    hint: 'Mend that line; "salvor config check" lists everything that is wrong.',
  });
}

/** `3:5: stores.shop.paht is not a known key; did you mean "path"?` */
export function describeProblem({ line, col, key, message }: ConfigProblem): string {
  const place = line === null ? "" : `${line}:${col ?? 1}: `;
  return `${place}${key === "" ? "the file" : key} ${message}`;
}

function mismatches(
  error: z.ZodError,
  parsed: ParsedConfig,
  drivers: readonly Driver[],
): readonly ConfigProblem[] {
  const schema = jsonSchema(drivers);
  return schemaProblems(error.issues, parsed, {
    drivers: drivers.map(({ name }) => name),
    keysAt: (path) => keysAt(schema, parsed.tree, path),
  });
}

/** Two stores at one path would be restored over each other; a NUL ends every path too early. */
function badPaths(config: Config, parsed: ParsedConfig): readonly ConfigProblem[] {
  const owners = new Map<string, string>();
  return config.stores.flatMap(({ name, options }) => {
    const path = options["path"];
    if (typeof path !== "string") return [];
    const owner = owners.get(path);
    owners.set(path, owner ?? name);
    const problem = (message: string) => [problemAt(parsed, ["stores", name, "path"], message)];
    if (path.includes("\0")) return problem("must not contain NUL");
    return owner === undefined ? [] : problem(`is the path of "${owner}" too`);
  });
}
