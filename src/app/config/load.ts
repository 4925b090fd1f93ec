import { resolve } from "node:path";

import { drivers } from "../../stores/drivers.ts";
import type { ConfigCheckDocument, Environment } from "../types.ts";
import { checkConfig, configInvalid, type CheckedConfig } from "./check.ts";
import { configMissing, findConfig, type FoundConfig } from "./find.ts";
import { inOrder } from "./problems.ts";
import { readTrusted } from "./trust.ts";
import type { Config } from "./types.ts";

/** Which configuration is meant, and what its variables are. */
export interface ConfigRequest {
  /** Named by somebody, relative to `cwd`; else it is looked for from `cwd` upwards. */
  readonly path: string | undefined;
  readonly cwd: string;
  readonly env: Environment;
}

/** The configuration. CONFIG_MISSING, CONFIG_UNTRUSTED, or CONFIG_INVALID with its first problem. */
export async function loadConfig(request: ConfigRequest): Promise<Config> {
  const found = await findConfig(request.path, request.cwd);
  if (found === null) throw configMissing(resolve(request.cwd));
  return valid(found, await check(found, request.env));
}

/** The same, but null when nobody named one and none is there. */
export async function loadConfigIfThere(request: ConfigRequest): Promise<Config | null> {
  const found = await findConfig(request.path, request.cwd);
  return found === null ? null : valid(found, await check(found, request.env));
}

/** Everything that is wrong with a configuration and the files that it names. CONFIG_MISSING when there is none. */
export async function checkConfigFile(
  request: ConfigRequest,
): Promise<ConfigCheckDocument & { readonly file: string }> {
  const found = await findConfig(request.path, request.cwd);
  if (found === null) throw configMissing(resolve(request.cwd));
  const { partProblems } = await import("./parts.ts");
  const checked = await check(found, request.env);
  const problems = inOrder([...checked.problems, ...(await partProblems(checked))]);
  return { ok: problems.length === 0, problems, file: found.file };
}

async function check(found: FoundConfig, env: Environment): Promise<CheckedConfig> {
  return checkConfig(await readTrusted(found), { file: found.file, env, drivers });
}

function valid(found: FoundConfig, { config, problems }: CheckedConfig): Config {
  if (config === null) throw configInvalid(found.file, problems);
  return config;
}
