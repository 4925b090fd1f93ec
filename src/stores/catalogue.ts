import type { FindingCategory, Location, Observation, Severity } from "../core/finding.ts";
import { cutEvidence } from "./evidence.ts";

/** All that one kind of looks can find, by code. */
export type Catalogue = Readonly<
  Record<string, readonly [title: string, Severity, FindingCategory, remedies: readonly string[]]>
>;

/** Words observations of one catalogue. */
export type Observe<Code extends string> = (
  code: Code,
  description: string,
  location: Location,
  evidence?: string,
) => Observation;

/** Gives whoever looks the words of a catalogue. */
export function observeOf<Entries extends Catalogue>(
  catalogue: Entries,
): Observe<Extract<keyof Entries, string>> {
  return (code, description, location, evidence = "") => {
    const [title, severity, category, remedies] = catalogue[code] as Catalogue[string];
    return {
      code,
      title,
      description,
      severity,
      category,
      location,
      evidence: cutEvidence(evidence),
      remedies,
    };
  };
}
