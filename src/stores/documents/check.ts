import type { Observation } from "../../core/finding.ts";
import type { HeldFolder } from "./held.ts";
import { requestOf } from "./looks/held-documents.ts";
import { gather } from "./survey/gather.ts";

/** What keeps the documents of an image from being read: what is no JSON by RFC 8259. */
export async function* checkFolder(
  folder: HeldFolder,
  signal: AbortSignal,
): AsyncGenerator<Observation> {
  const { observations } = await gather(requestOf(folder, { faults: true }), {}, signal);
  yield* observations.filter(({ severity }) => severity === "high" || severity === "critical");
}
