import { SalvorError } from "../../core/errors.ts";
import type { Hosts } from "../host/hosts.ts";
import type { Query, QueryAnswer } from "../types.ts";

/** Asks the engine in a host process, which is killed when the time is up. */
export async function queryImage(
  _hosts: Hosts,
  path: string,
  { text }: Query,
  signal: AbortSignal,
): Promise<QueryAnswer> {
  signal.throwIfAborted();
  throw new SalvorError("USAGE", `cannot ask ${path} yet: ${text}`, { hint: "Not yet." });
}
