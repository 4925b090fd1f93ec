import { access } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

import { SalvorError } from "../../core/errors.ts";

/** What every configuration is called. */
export const CONFIG_NAME = "salvor.yaml";

/** The configuration of this command, and whether somebody named it on purpose. */
export interface FoundConfig {
  readonly file: string;
  readonly named: boolean;
}

/** The named file, else the nearest salvor.yaml in `cwd` and the folders above, as git looks. */
export async function findConfig(
  path: string | undefined,
  cwd: string,
): Promise<FoundConfig | null> {
  if (path !== undefined) return { file: resolve(cwd, path), named: true };
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const file = join(folder, CONFIG_NAME);
    if (await exists(file)) return { file, named: false };
    if (folder === dirname(folder)) return null;
  }
}

/** No salvor.yaml here nor above. */
export function configMissing(cwd: string): SalvorError {
  return new SalvorError("CONFIG_MISSING", `there is no ${CONFIG_NAME} in ${cwd} or above`, {
    hint: 'Write one with "salvor init", or name one with --config.',
  });
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
