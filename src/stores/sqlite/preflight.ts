import { entryModule } from "../../core/module.ts";
import type { Hosts } from "../host/hosts.ts";
import type { Preflight } from "./preflight/types.ts";

export type { Preflight } from "./preflight/types.ts";

const LIMITS = { timeoutMs: 10 * 60_000 };

/** Looks at a live database as bytes, in a process that never has it open with the engine. */
export function preflightOf(hosts: Hosts, path: string, signal: AbortSignal): Promise<Preflight> {
  const task = entryModule("stores/sqlite/preflight-task");
  return hosts.run("bytes", task, { path }, signal, LIMITS);
}
