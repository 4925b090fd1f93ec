import type { Location, Observation } from "../../../core/finding.ts";
import { cutEvidence } from "../../evidence.ts";
import type { Unread } from "./count-job.ts";

const TITLES = {
  schema: ["sqlite.schema.unreadable", "The schema cannot be read"],
  entry: ["sqlite.schema.entry", "A definition in the schema cannot be read"],
  rows: ["sqlite.table.uncounted", "The rows of a table cannot be counted"],
} as const;

/** What could not be read, as an observation. */
export function unreadObservation({ part, type, name, why }: Unread): Observation {
  const [code, title] = TITLES[part];
  return {
    code,
    title,
    description: name === "" ? why : `${type} ${name}: ${why}`,
    severity: "critical",
    category: "corruption",
    location: locationOf(type, name),
    evidence: cutEvidence(why),
    remedies: ["restore-beside", "exchange"],
  };
}

function locationOf(type: string, name: string): Location {
  if (name === "") return { table: "sqlite_schema" };
  return type === "index" ? { index: name } : { table: name };
}

const MALFORMED = /^malformed database schema \((.*?)\)/s;

/** What the engine complains of when it reads the schema; it names the first bad entry. */
export function complaint(message: string): Unread {
  const name = MALFORMED.exec(message)?.[1] ?? "";
  return { part: name === "" ? "schema" : "entry", type: "entry", name, why: message };
}
