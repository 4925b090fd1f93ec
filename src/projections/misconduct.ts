import { SalvorError } from "../core/errors.ts";
import type { EventBatch } from "../stores/events.ts";

/** An event at which the code of a projection was found out, and which projection. */
export interface FoundOut {
  readonly projection: string;
  readonly batch: EventBatch;
  readonly at: number;
}

/** What a build ends with when code depends on more than its tables and the event. */
export function remembering(where: FoundOut, what: string): SalvorError {
  return invalidAt(where, what, "Keep it in a table, and not in a variable of the module");
}

/** What a build ends with when code does not come back from an event. */
export function stuck(where: FoundOut, timeoutMs: number): SalvorError {
  const what = `has not come to its end within ${timeoutMs} ms`;
  const more = 'or give it longer ("timeoutMs" beside "module" in salvor.yaml)';
  return invalidAt(where, what, `End the loop in it, ${more}`);
}

function invalidAt({ projection, batch, at }: FoundOut, what: string, hint: string): SalvorError {
  const id = JSON.stringify(batch.events[at]?.id ?? null);
  const place = `${batch.end.file}, line ${batch.lines[at] ?? 0} (event ${id})`;
  return new SalvorError(
    "PROJECTION_INVALID",
    `${place}: the code of projection "${projection}" ${what}`,
    {
      hint: `${hint}; then run "salvor rebuild ${projection}".`,
    },
  );
}
