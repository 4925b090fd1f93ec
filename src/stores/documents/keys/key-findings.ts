import type { Location, Observation } from "../../../core/finding.ts";
import { keyText } from "../../../core/text.ts";
import { readKey } from "../../../receipts/canonical.ts";
import { showValue } from "../../../receipts/show.ts";
import { showDocumentKey } from "../survey/document-key.ts";
import { isLines } from "../survey/lines.ts";
import type { Sighting } from "../survey/sightings.ts";
import type { CollectionSpec } from "../survey/types.ts";
import type { KeyListener } from "./key-groups.ts";

/** What finding broken keys needs to know. */
export interface KeyContext {
  readonly specs: readonly CollectionSpec[];
  /** Names of the files, by number. */
  nameOf(file: number): string;
  /** Names, without their endings, of files that hold documents that cannot be read. */
  readonly unreadable: ReadonlySet<string>;
  take(observation: Observation): void;
}

/** Values that are looked up before a field is said to refer to a collection. */
const TRIED_MIN = 5;

interface Tried {
  readonly table: string;
  readonly column: string;
  there: number;
  gone: number;
}

/** Words what is wrong with the keys of one collection. */
export class KeyFindings implements KeyListener {
  readonly #context: KeyContext;
  readonly #target: CollectionSpec;
  /** By the place of a field that refers here: references that lead nowhere. */
  readonly orphans = new Map<string, number>();
  readonly #tried = new Map<string, Tried>();

  constructor(context: KeyContext, target: CollectionSpec) {
    this.#context = context;
    this.#target = target;
  }

  duplicate(key: Uint8Array, first: Sighting, again: Sighting): void {
    const shown = showDocumentKey(this.#target.key, key);
    const { nameOf } = this.#context;
    const [one, other] = [nameOf(first.file), nameOf(again.file)];
    const where = one === other ? `twice in ${one}` : `in ${one} and in ${other}`;
    this.#context.take({
      code: "documents.key.duplicate",
      title: "Two documents have the same key",
      description: `${this.#target.name}: ${keyText(shown)} is ${where}`,
      severity: "high",
      category: "rule",
      location: { ...this.#location(again), key: shown },
      evidence: keyText(shown),
      remedies: [],
    });
  }

  missing(key: Uint8Array, reference: Sighting): void {
    const { specs, take } = this.#context;
    const from = specs[reference.collection];
    const field = Object.keys(from?.references ?? {})[reference.field] ?? "";
    const name = `${from?.name}.${field}`;
    this.orphans.set(name, (this.orphans.get(name) ?? 0) + 1);
    const [value = null] = readKey(key).map((each) => showValue(each, "utf-8"));
    // Its document is there and damaged: that is told where the damage is.
    if (typeof value === "string" && this.#context.unreadable.has(value)) return;
    const own = reference.key.length === 0 ? null : showDocumentKey(from?.key, reference.key);
    const who = own === null ? this.#context.nameOf(reference.file) : keyText(own);
    take({
      code: "documents.reference.missing",
      title: "A document refers to one that is not there",
      description: `${who}: ${field} is ${JSON.stringify(value)}, which ${this.#target.name} has not got`,
      severity: "medium",
      category: "reference",
      location: { ...this.#location(reference), ...(own !== null && { key: own }) },
      evidence: `${field}: ${JSON.stringify(value)}`,
      remedies: [],
    });
  }

  tried(candidate: Sighting, isThere: boolean): void {
    const { specs } = this.#context;
    const table = specs[candidate.collection]?.name ?? "";
    const column = firstStep(candidate.pointer);
    const name = JSON.stringify([table, column]);
    const counts = this.#tried.get(name) ?? { table, column, there: 0, gone: 0 };
    counts[isThere ? "there" : "gone"] += 1;
    this.#tried.set(name, counts);
  }

  /** Fields that look like references that nobody has declared. */
  candidates(): readonly Observation[] {
    return [...this.#tried.values()].flatMap(({ table, column, there, gone }) => {
      if (gone > 0 || there < TRIED_MIN) return [];
      return [
        {
          code: "documents.reference.candidate",
          title: "A field looks like a reference that is not declared",
          description: `all ${there} values of ${table}.${column} that were tried are keys of ${this.#target.name}`,
          severity: "info",
          category: "reference",
          location: { table, column, pointer: `/${this.#target.name}` },
          evidence: `references: { ${column}: ${this.#target.name} }`,
          remedies: [],
        } satisfies Observation,
      ];
    });
  }

  #location({ file, collection, byte, line, pointer }: Sighting): Location {
    const spec = this.#context.specs[collection];
    const name = this.#context.nameOf(file);
    const isLine = spec !== undefined && isLines(spec, name);
    return {
      file: name,
      ...(isLine && { line }),
      byte,
      pointer,
      ...(spec !== undefined && { table: spec.name }),
    };
  }
}

/** A field's name, as its pointer begins. */
function firstStep(pointer: string): string {
  return (pointer.split("/")[1] ?? "").replaceAll("~1", "/").replaceAll("~0", "~");
}
