import { siblingModule } from "../../core/module.ts";
import { runInHost } from "../host/run-in-host.ts";
import type { Preflight } from "./preflight/types.ts";

export type { Preflight } from "./preflight/types.ts";

const LIMITS = { timeoutMs: 10 * 60_000, heapMaxMb: 200 };

/** Looks at a live database as bytes, in a process that never has it open with the engine. */
export function preflightOf(path: string, signal: AbortSignal): Promise<Preflight> {
  return runInHost(siblingModule(import.meta.url, "preflight-task"), { path }, signal, LIMITS);
}
