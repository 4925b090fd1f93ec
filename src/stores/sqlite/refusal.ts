import type { SalvorError } from "../../core/errors.ts";
import type { Observation } from "../../core/finding.ts";
import { cutEvidence } from "../evidence.ts";
import type { HeldDatabase } from "./held.ts";

/** What keeps a database from becoming an image: what its bytes show, else what the engine says. */
export function refusals(held: HeldDatabase): readonly Observation[] {
  const { observations } = held.preflight;
  const { trouble } = held;
  const isTold = observations.some(({ severity }) => severity === "critical");
  return isTold || trouble === null ? observations : [...observations, refusal(held, trouble)];
}

/** The engine, or our decoder, cannot read what looks like a database from outside. */
export function refusal(
  { live, imagePath, copyPath }: HeldDatabase,
  error: SalvorError,
): Observation {
  const scratch = [imagePath, copyPath].filter((path) => path !== null);
  const description = scratch.reduce(
    (text, path) => text.replaceAll(path, live.path),
    error.message,
  );
  return {
    code: "sqlite.engine.refused",
    title: "The database cannot be opened",
    description,
    severity: "critical",
    category: "corruption",
    location: { file: live.path },
    evidence: cutEvidence(description),
    remedies: ["restore-beside", "exchange"],
  };
}
