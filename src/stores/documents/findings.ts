import type { Observation } from "../../core/finding.ts";
import { count } from "../../core/text.ts";
import { observeOf, type Catalogue } from "../catalogue.ts";

const RESTORE = ["restore-beside", "exchange"];
/** What can be done about a document that is damaged, or that says what is not so. */
export const REPAIR: readonly string[] = ["repair-document"];

const CATALOGUE = {
  "documents.file.empty": ["A document is empty", "high", "corruption", REPAIR],
  "documents.file.hardware": ["The disk fails to read a document", "critical", "hardware", []],
  "documents.file.missing": ["A document is missing", "high", "structure", REPAIR],
  "documents.file.not-regular": [
    "Something else stands in a document's place",
    "medium",
    "structure",
    [],
  ],
  "documents.file.too-large": ["A document is too large to be read", "medium", "configuration", []],
  "documents.file.unreadable": [
    "A document may not be read",
    "high",
    "permission",
    ["check-permissions"],
  ],
  "documents.folder.missing": ["A folder of documents is missing", "low", "structure", REPAIR],
  "documents.folder.not-regular": [
    "Something else stands in the place of a folder of documents",
    "high",
    "structure",
    [],
  ],
  "documents.form": ["A file does not hold documents as it should", "medium", "structure", REPAIR],
  "documents.key.missing": ["A document has no key", "medium", "rule", []],
  "documents.more": ["There is more to find than can be listed", "medium", "corruption", REPAIR],
  "documents.root.kind": [
    "Something else stands in the folder's place",
    "critical",
    "structure",
    RESTORE,
  ],
  "documents.root.missing": ["The folder is missing", "critical", "structure", RESTORE],
  "documents.schema.unusable": ["A schema cannot be used", "medium", "configuration", []],
  "documents.copy": ["A document lies there under two names", "low", "structure", []],
  "documents.leftover": ["A writer has left a temporary file", "low", "structure", []],
  "documents.changing": ["Files change while they are read", "info", "configuration", []],
} as const satisfies Catalogue;

/** Words an observation of the catalogue. */
export const observe = observeOf(CATALOGUE);

/** Findings that one look lists; the rest is counted. */
const LISTED_MAX = 10_000;

/** Takes observations, as many as can be listed. */
export class Observations {
  readonly #list: Observation[] = [];
  #more = 0;

  readonly take = (observation: Observation): void => {
    if (this.#list.length < LISTED_MAX) this.#list.push(observation);
    else this.#more++;
  };

  takeAll(observations: readonly Observation[], more = 0): void {
    for (const each of observations) this.take(each);
    this.#more += more;
  }

  /** All that was taken; the last one says how many more there are. */
  list(): readonly Observation[] {
    if (this.#more === 0) return this.#list;
    const description = `${count(this.#more)} more findings of this look are not listed`;
    return [...this.#list, observe("documents.more", description, {})];
  }
}
