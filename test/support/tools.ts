import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * The options of a test that needs programs of the system: it is skipped with the reason where one
 * is missing, and fails in CI, where nothing may be missing.
 */
export function requireTool(...names: readonly string[]): { readonly skip: string | false } {
  const missing = names.filter((name) => !isInstalled(name));
  if (missing.length === 0) return { skip: false };
  const reason = `not installed: ${missing.join(", ")} (sh test/install-tools.sh installs them)`;
  if (isSet(process.env["CI"])) throw new Error(reason);
  return { skip: reason };
}

/** True when the search path has a program of that name. */
export function isInstalled(name: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== "" && value !== "0" && value !== "false";
}
