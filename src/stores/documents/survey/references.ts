import { isJsonObject, type Json } from "../../../core/json.ts";
import { writeKey } from "../../../receipts/canonical.ts";
import type { ExactJson } from "../values/exact.ts";
import { fieldOf, pointerOf, stepsTo } from "../values/field.ts";
import { keyValue } from "../values/key.ts";
import type { Batch } from "./batch.ts";
import { CANDIDATE, DEFINED, packSighting, REFERENCE, type Sighting } from "./sightings.ts";
import type { Span } from "./spans.ts";
import type { CollectionSpec, SurveyFile } from "./types.ts";

/** A document whose keys are read. */
export interface KeyedDocument {
  readonly value: ExactJson;
  /** Its canonical key; null when it has none. */
  readonly key: Uint8Array | null;
  readonly place: {
    readonly file: SurveyFile;
    readonly byte: number;
    readonly line: number;
    /** Null where the document is alone in its file or line. */
    readonly step: Span["step"];
  };
}

/** Documents of each collection whose fields are tried as references that nobody declared. */
const TRIED_MAX = 20;
const NO_KEY = new Uint8Array(0);

/** Reads the keys of documents, and what refers to keys. */
export class ReferenceReader {
  readonly #batch: Batch;
  /** Places of the collections that have keys. */
  readonly #keyed: readonly number[];
  readonly #tried: number[];

  constructor(collections: readonly CollectionSpec[], batch: Batch) {
    this.#batch = batch;
    this.#keyed = collections.flatMap(({ key }, at) => (key === undefined ? [] : [at]));
    this.#tried = collections.map(() => 0);
  }

  read(spec: CollectionSpec, document: KeyedDocument): void {
    const { value, key, place } = document;
    const { collection } = place.file;
    const steps = place.step === null ? [] : [place.step];
    const sight = (role: Sighting["role"], field: number, more: readonly (string | number)[]) =>
      packSighting({
        role,
        collection,
        file: place.file.number,
        byte: place.byte,
        line: place.line,
        field,
        pointer: pointerOf(...(role === CANDIDATE ? [] : steps), ...more),
        key: role === DEFINED ? NO_KEY : (key ?? NO_KEY),
      });
    if (key !== null) this.#batch.key(collection, key, sight(DEFINED, 0, []));
    Object.keys(spec.references).forEach((field, at) => {
      const target = spec.targets[at] ?? 0;
      for (const each of valuesOf(value, field))
        this.#batch.key(target, each.key, sight(REFERENCE, at, each.steps));
    });
    if ((this.#tried[collection] ?? 0) >= TRIED_MAX) return;
    this.#tried[collection] = (this.#tried[collection] ?? 0) + 1;
    this.#try(spec, value, (more) => sight(CANDIDATE, 0, more));
  }

  /** Offers the texts of every field that nobody has declared to each collection with keys. */
  #try(
    spec: CollectionSpec,
    value: ExactJson,
    sight: (steps: readonly (string | number)[]) => Uint8Array,
  ): void {
    if (!isJsonObject(value as Json)) return;
    const fields = Object.keys(value as object).filter(
      (field) => field !== spec.key && !Object.hasOwn(spec.references, field),
    );
    for (const field of fields) {
      for (const { key, steps, isText } of valuesOf(value, field)) {
        if (!isText) continue;
        for (const target of this.#keyed) this.#batch.key(target, key, sight(steps));
      }
    }
  }
}

interface FieldValue {
  readonly key: Uint8Array;
  readonly steps: readonly (string | number)[];
  readonly isText: boolean;
}

/** The keys that a field holds: one, or a list of them. */
function* valuesOf(document: ExactJson, field: string): Generator<FieldValue> {
  const found = fieldOf(document as Json, field) as ExactJson | undefined;
  const steps = stepsTo(document as Json, field);
  const all: readonly (readonly [ExactJson, readonly (string | number)[]])[] = Array.isArray(found)
    ? (found as readonly ExactJson[]).map((each, at) => [each, [...steps, at]] as const)
    : [[found ?? null, steps]];
  for (const [each, where] of all) {
    const value = keyValue(each);
    if (value !== null)
      yield { key: writeKey([value]), steps: where, isText: value.type === "text" };
  }
}
