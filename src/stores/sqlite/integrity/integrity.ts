import { SalvorError } from "../../../core/errors.ts";
import type { Location, Observation } from "../../../core/finding.ts";
import { entryModule } from "../../../core/module.ts";
import { emptyInspection } from "../../inspection.ts";
import type { Inspection } from "../../types.ts";
import { cutEvidence } from "../../evidence.ts";
import { refusal, refusals } from "../refusal.ts";
import type { HeldDatabase } from "../held.ts";
import type { IntegrityInput, IntegrityOutput } from "./integrity-task.ts";
import { BREACHES, type Breach } from "./rules.ts";

/** Do the data keep the rules that the schema declares? */
export async function integrityOfDatabase(
  held: HeldDatabase,
  signal: AbortSignal,
): Promise<Inspection> {
  signal.throwIfAborted();
  if (held.image === null)
    return { ...emptyInspection, observations: refusals(held), complete: false };
  if (held.imagePath === null) return { ...emptyInspection, complete: held.preflight.size === 0 };
  try {
    const { breaches, checked, complete } = await check(held, held.imagePath, signal);
    return { ...emptyInspection, observations: breaches.map(observe), checked, complete };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof SalvorError) || error.code !== "STORE_DAMAGED") throw error;
    return { ...emptyInspection, observations: [refusal(held, error)], complete: false };
  }
}

function check(held: HeldDatabase, path: string, signal: AbortSignal): Promise<IntegrityOutput> {
  const { hosts, scratch } = held.live.context;
  const input: IntegrityInput = { path, scratch, hurtTables: [...held.hurtTables] };
  const task = entryModule("stores/sqlite/integrity/integrity-task");
  return hosts.run<IntegrityOutput>("engine", task, input, signal);
}

/** Its place stays the same however many rows break the rule: it is one finding, and stays one. */
function observe(breach: Breach): Observation {
  const { code, description, evidence } = breach;
  const [title, severity, category] = BREACHES[code];
  return {
    code,
    title,
    description,
    severity,
    category,
    location: locationOf(breach),
    evidence: cutEvidence(evidence),
    remedies: category === "corruption" ? ["restore-beside", "exchange"] : [],
  };
}

function locationOf({ table, column, index }: Breach): Location {
  return {
    table,
    ...(column === null ? {} : { column }),
    ...(index === null ? {} : { index }),
  };
}
