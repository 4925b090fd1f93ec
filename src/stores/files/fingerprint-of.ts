import { entryModule } from "../../core/module.ts";
import type { FingerprintInput } from "./fingerprint-task.ts";
import type { LiveTree } from "./live.ts";

/** The fingerprint of what lies at `root` now, by the rules of a store. */
export function fingerprintOf(
  { context, options }: LiveTree,
  root: string,
  signal: AbortSignal,
): Promise<string> {
  const input: FingerprintInput = { root, exclude: options.exclude };
  return context.hosts.run("bytes", entryModule("stores/files/fingerprint-task"), input, signal);
}
