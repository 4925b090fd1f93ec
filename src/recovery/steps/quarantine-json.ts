import * as z from "zod";

import type { JsonObject } from "../../core/json.ts";
import type { StepContext } from "../../plans/types.ts";
import type { Quarantine } from "../../stores/types.ts";

const schema = z.object({
  folder: z.string(),
  files: z.array(z.string()),
  address: z.string(),
  fingerprint: z.string(),
});

/** A quarantine as a step's output holds it. */
export function quarantineJson({ folder, files, address, fingerprint }: Quarantine): JsonObject {
  return { folder, files, address, fingerprint };
}

/** Steps of one store tell each other what they found: those whose id begins with its name. */
export function outputsOf(
  store: string,
  { outputs, recorded }: Pick<StepContext<unknown>, "outputs" | "recorded">,
): readonly JsonObject[] {
  const told = [...outputs].filter(([id]) => id.startsWith(stepId(store, "")));
  return [...told.map(([, output]) => output), recorded];
}

/** The id of a store's step in a plan. */
export function stepId(store: string, action: string): string {
  return `${store}.${action}`;
}

/** Every quarantine that the steps of a store have told of, oldest first. */
export function quarantinesIn(outputs: readonly JsonObject[]): readonly Quarantine[] {
  const told = outputs.flatMap((output) => [output["earlier"] ?? [], output["quarantine"]].flat());
  const found = told.flatMap((each) => schema.safeParse(each).data ?? []);
  return [...new Map(found.map((each) => [each.folder, each])).values()];
}

/** Was the live store written to after the snapshot? False only when that is proven. */
export function movedIn(outputs: readonly JsonObject[]): boolean {
  const told = outputs.map((output) => output["moved"]).filter((each) => each !== undefined);
  return told.length === 0 || told.some((each) => each !== false);
}
