import type { Json } from "./json.ts";

/** How much a finding hurts, worst first. */
export type Severity = "critical" | "high" | "medium" | "low" | "info";

/** What a finding is about. */
export type FindingCategory =
  | "structure"
  | "metadata"
  | "reference"
  | "rule"
  | "corruption"
  | "permission"
  | "configuration"
  | "hardware"
  | "service";

/** Where in a store something was seen; only the members that apply are there. */
export interface Location {
  readonly page?: number;
  readonly pages?: readonly [from: number, to: number];
  readonly table?: string;
  readonly index?: string;
  readonly column?: string;
  readonly key?: Json;
  readonly keys?: readonly [from: Json, to: Json];
  readonly rowids?: readonly [from: number, to: number];
  readonly block?: number;
  readonly file?: string;
  readonly line?: number;
  readonly col?: number;
  readonly byte?: number;
  readonly bytes?: readonly [from: number, to: number];
  readonly pointer?: string;
}

/** One damage or breach, as whoever inspected saw it; its life (status, dates) is kept elsewhere. */
export interface Observation {
  /** Dotted and catalogued by its maker, for example `sqlite.header.magic`. */
  readonly code: string;
  readonly title: string;
  readonly description: string;
  readonly severity: Severity;
  readonly category: FindingCategory;
  readonly location: Location;
  /** At most 256 bytes; control characters are escaped by whoever prints it. */
  readonly evidence: string;
  /** Kinds of steps that mend it, best first. */
  readonly remedies: readonly string[];
}
