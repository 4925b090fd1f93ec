import { runProcess, type ProcessResult } from "../support/processes.ts";
import { cleanEnvironment, NODE, SALVOR } from "../support/salvor.ts";
import type { Site } from "./site.ts";

/** A user, and a group, to whom nothing belongs but what a test gives them. */
export const NOBODY = 65_534;

/** Runs the program in a site as a user without rights. */
export function asNobody(
  site: Pick<Site, "env" | "path">,
  args: readonly string[],
): Promise<ProcessResult> {
  const user = ["--reuid", String(NOBODY), "--regid", String(NOBODY), "--clear-groups"];
  const options = { cwd: site.path, env: cleanEnvironment(site.env) };
  return runProcess("setpriv", [...user, NODE, SALVOR, ...args], options);
}
